#include "data/names/word.h"
#include <string.h>
#include <strings.h>
int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]) {
    static const char *w[] = {"ban ", "phumi ", "phum ", "muang ", "mueang ", "wan ", "khum ", "amphoe ", "xa "};
    out[0] = (struct word_core){{name, len}, 0};
    for (size_t i = 0; i < sizeof w / sizeof *w; i++) { size_t n = strlen(w[i]); if (len > n && strncasecmp(name, w[i], n) == 0) { out[1] = (struct word_core){{name + n, len - n}, 0}; return 2; } }
    return 1;
}
