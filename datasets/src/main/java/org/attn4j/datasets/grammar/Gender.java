package org.attn4j.datasets.grammar;

/** Grammatical gender of French. */
enum Gender {
    MASCULINE,
    FEMININE
}
