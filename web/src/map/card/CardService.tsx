/* SPDX-License-Identifier: Apache-2.0
 *
 * One service on a card. Each line stands in the language of the page and, beside it, in
 * the second one; a number is written once, large.
 */
import { isKey, label, list, t, type Key, type Speaker } from '../../i18n';
import { Icon, iconOfNeed } from '../../page/icons';
import { Warnings } from '../answer/Phones';
import { dialled } from '../answer/facts';
import { topOf } from '../form/NeedChips';
import { languageOf, organizationName } from '../names';
import type { Entry } from './Card';

interface BothProps {
  first: string;
  second: string | null;
  language: string | undefined;
}

/* The same in two languages; once, where both say the same. */
function Both({ first, second, language }: BothProps) {
  return (
    <>
      <span lang={languageOf(first)}>{first}</span>
      {second !== null && second !== '' && second !== first && (
        <span class="second" lang={languageOf(second) ?? language}>
          {second}
        </span>
      )}
    </>
  );
}

function Line({ name, second, children }: {
  name: Key;
  second: Speaker | null;
  children: preact.ComponentChildren;
}) {
  return (
    <div class="card-line">
      <dt>
        <Both first={t(name)} second={second?.t(name) ?? null} language={second?.language} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function AskFirst({ entry, second }: { entry: Entry; second: Speaker | null }) {
  const keys = entry.found.ask.map((criterion) => `ask.${criterion}`).filter(isKey);
  const most = keys.slice(0, 3);
  return most.length === 0 ? null : (
    <Line name="card.ask" second={second}>
      <ul>
        {most.map((key) => (
          <li key={key}>
            <Both
              first={t(key)}
              second={second?.t(key) ?? null}
              language={second?.language}
            />
          </li>
        ))}
      </ul>
    </Line>
  );
}

export function CardService({ entry, second }: { entry: Entry; second: Speaker | null }) {
  const { found, here, local } = entry;
  const organization = organizationName(found);
  const place = found.point?.place_name ?? label('country', found.country);
  const hours = here?.['hours'];
  const papers = here?.['documents_required'];
  const other = { second: local?.name ?? null, language: second?.language };
  return (
    <article class="card-service">
      <div class="card-signs">
        {[...new Set(found.needs.map(topOf))].slice(0, 4).map((need) => (
          <Icon key={need} name={iconOfNeed(need)} size={56} />
        ))}
      </div>
      <div class="card-words">
        <h3>
          <Both first={found.name} {...other} />
        </h3>
        {organization !== null && organization !== found.name && (
          <p>
            <Both
              first={organization}
              second={local === null ? null : organizationName(local)}
              language={second?.language}
            />
          </p>
        )}
        <Warnings service={found} also={second} />
        <p class="card-phones">
          {found.phones.length === 0 && t('service.no_phone')}
          {found.phones
            .filter((phone) => phone.kind !== 'fax')
            .map((phone) => (
              <a key={phone.number} href={`tel:${dialled(phone)}`}>
                <Icon name="phone" size={28} /> <bdi>{phone.number}</bdi>
              </a>
            ))}
        </p>
        <dl>
          <Line name="card.help_with" second={second}>
            <Both
              first={list(found.needs.map((need) => label('need', need)))}
              second={
                second && second.list(found.needs.map((need) => second.label('need', need)))
              }
              language={second?.language}
            />
          </Line>
          <Line name="card.where" second={second}>
            <Both
              first={place}
              second={
                found.point?.place_name
                  ? null
                  : (second?.label('country', found.country) ?? null)
              }
              language={second?.language}
            />
          </Line>
          {typeof hours === 'string' && (
            <Line name="card.when" second={second}>
              {hours}
            </Line>
          )}
          {Array.isArray(papers) && papers.length > 0 && !papers.includes('none') && (
            <Line name="card.bring" second={second}>
              <Both
                first={list(papers.map((p) => label('document', String(p).split(':')[0] ?? '')))}
                second={
                  second &&
                  second.list(
                    papers.map((p) => second.label('document', String(p).split(':')[0] ?? '')),
                  )
                }
                language={second?.language}
              />
            </Line>
          )}
          <AskFirst entry={entry} second={second} />
        </dl>
      </div>
    </article>
  );
}
