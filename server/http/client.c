/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void map_ipv4(const struct in_addr *address, uint8_t out[16]) {
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, prefix, sizeof prefix);
    memcpy(out + sizeof prefix, address, 4);
}

static bool is_port(struct slice s) {
    int64_t port;
    return s.len > 0 && s.at[0] != '-' && slice_integer(s, &port) && port <= 65535;
}

/* Cuts the brackets and the port off. False: they are not as they should be. */
static bool cut_port(struct slice *text) {
    const char *end = text->at + text->len, *colon = memchr(text->at, ':', text->len);
    if (text->len > 0 && text->at[0] == '[') {
        const char *close = memchr(text->at, ']', text->len);
        if (close == NULL)
            return false;
        *text = (struct slice){text->at + 1, (size_t)(close - text->at - 1)};
        return close + 1 == end ||
               (close[1] == ':' &&
                is_port((struct slice){close + 2, (size_t)(end - close - 2)}));
    }
    bool one = colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL;
    if (one)
        text->len = (size_t)(colon - text->at);
    return !one || is_port((struct slice){colon + 1, (size_t)(end - colon - 1)});
}

bool client_parse(struct slice text, uint8_t out[16]) {
    char copy[INET6_ADDRSTRLEN];
    struct in_addr four;
    uint8_t six[16];
    if (text.at == NULL || !cut_port(&text) || text.len >= sizeof copy ||
        memchr(text.at, '\0', text.len) != NULL)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, &four) == 1)
        map_ipv4(&four, six);
    else if (inet_pton(AF_INET6, copy, six) != 1)
        return false;
    memcpy(out, six, sizeof six);
    explicit_bzero(copy, sizeof copy);
    return true;
}

void client_of_socket(const struct sockaddr *address, uint8_t out[16]) {
    memset(out, 0, 16);
    if (address != NULL && address->sa_family == AF_INET)
        map_ipv4(&((const struct sockaddr_in *)(const void *)address)->sin_addr, out);
    else if (address != NULL && address->sa_family == AF_INET6)
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
}

struct slice client_last_of(const char *list) {
    const char *comma = strrchr(list, ',');
    return slice_trim(slice_of(comma != NULL ? comma + 1 : list));
}
