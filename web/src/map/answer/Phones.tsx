/* SPDX-License-Identifier: Apache-2.0
 *
 * The telephones of a service; what somebody should know before calling stands first.
 */
import type { Phone, Service } from '../../api';
import { label, list, t, type Speaker } from '../../i18n';
import { Icon } from '../../page/icons';
import { dialled, warningsOf } from './facts';

function Number({ phone }: { phone: Phone }) {
  if (phone.kind === 'fax') {
    return <>{t('service.fax', { number: phone.number })}</>;
  }
  const text = phone.kind === 'text';
  return (
    <a
      class="phone"
      href={`${text ? 'sms' : 'tel'}:${dialled(phone)}`}
      aria-label={t(text ? 'service.text' : 'service.call', { number: phone.number })}
    >
      <Icon name="phone" size={20} />
      <bdi>{phone.number}</bdi>
    </a>
  );
}

function About({ phone }: { phone: Phone }) {
  const parts = [
    phone.toll_free === true ? t('service.free_call') : '',
    phone.hours ?? '',
    phone.languages?.length
      ? t('service.phone_languages', {
          languages: list(phone.languages.map((l) => label('language', l))),
        })
      : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? <span class="hint">{parts.join(' · ')}</span> : null;
}

/* `also` says the same in a second language. */
export function Warnings({ service, also }: { service: Service; also?: Speaker | null }) {
  const warnings = warningsOf(service);
  return warnings.length === 0 ? null : (
    <ul class="warnings" aria-label={t('warning.title')}>
      {warnings.map((key) => (
        <li key={key}>
          <Icon name="warning" size={20} />
          <span>
            {t(key)}
            {also && (
              <span class="second" lang={also.language}>
                {also.t(key)}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Phones({ service }: { service: Service }) {
  return (
    <>
      <Warnings service={service} />
      {service.phones.length === 0 ? (
        <p class="hint">{t('service.no_phone')}</p>
      ) : (
        <ul class="phones">
          {service.phones.map((phone) => (
            <li key={phone.number}>
              <Number phone={phone} /> <About phone={phone} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
