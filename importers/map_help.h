/* SPDX-License-Identifier: Apache-2.0
 *
 * What --help says of --map, for every importer that takes one (importers/map.h).
 */
#ifndef IMPORTERS_MAP_HELP_H
#define IMPORTERS_MAP_HELP_H

#define MAP_HELP                                                                           \
    "  --map MAP.json     read somebody else's sheet:\n"                                   \
    "\n"                                                                                   \
    "    { \"columns\": { \"Their header\": \"our_column\",\n"                             \
    "                   \"Type\": { \"column\": \"kind\",\n"                               \
    "                             \"values\": { \"Refuge\": \"shelter\" },\n"              \
    "                             \"split\": \",\", \"other\": \"error\" },\n"             \
    "                   \"GPS\": { \"pattern\": \"{lat}, {lon}\" } },\n"                   \
    "      \"constants\": { \"country\": \"KH\" },\n"                                      \
    "      \"ignore\": \"unknown\",\n"                                                     \
    "      \"about\": \"whose sheet this is\" }\n"                                         \
    "\n"                                                                                   \
    "    columns    a list, [\"id\", \"code\"], is several columns of one header\n"        \
    "    values     their value and ours (\"\" drops it, \"a;b\" is two codes, null leaves\n" \
    "               the row out; \"\" as theirs is the empty cell)\n"                      \
    "    pattern    one cell that becomes several of our columns: {name} takes what stands\n" \
    "               there, {} passes it over, the text between must be there, as in\n"     \
    "               \"POINT ({lon} {lat})\" for WKT and \"{lat} {lon} {} {}\" for Kobo\n"  \
    "    split      the character between several of their values in one cell\n"           \
    "    other      a value that is not named: error (the default), skip, or keep\n"       \
    "    also       true: an earlier header becomes the same column too; a list takes what\n" \
    "               stands in either, of all else the first that is not empty is taken\n"  \
    "    constants  columns that the sheet does not have; { \"value\": \"KH\", \"also\": true }\n" \
    "               comes last where headers become the column too\n"                      \
    "    ignore     \"unknown\": skip headers named nowhere; else they are errors\n"       \
    "    about      a text or a list of texts for whoever reads the map\n"

#endif
