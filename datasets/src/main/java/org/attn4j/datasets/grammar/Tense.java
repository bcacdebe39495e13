package org.attn4j.datasets.grammar;

/** Time of a clause. The French past is the passé composé, or the imparfait of verbs of state. */
enum Tense {
    PRESENT,
    PAST,
    FUTURE
}
