/**
 * A small bilingual grammar: English and French sentences generated side by side from one abstract
 * choice of construction and words, so that each is the other's translation by construction.
 *
 * <p>{@link org.attn4j.datasets.grammar.EmbeddedCorpus} is the way in. The words are in the
 * resources {@code nouns.txt}, {@code adjectives.txt} and {@code verbs.txt}. Phrases are lists of
 * words; {@code French.text} makes elisions and contractions when it writes them out.
 */
package org.attn4j.datasets.grammar;
