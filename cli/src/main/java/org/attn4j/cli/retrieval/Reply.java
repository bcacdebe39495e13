package org.attn4j.cli.retrieval;

import org.attn4j.retrieval.Hit;

/**
 * An answer from passages.
 *
 * @param answer the answer; empty if the passages hold none
 * @param score its probability where it is a part of a passage; null for a generated one
 * @param source the passage that it is a part of; null for a generated one or none
 * @param start where it begins in the document's text
 * @param end where it ends
 * @param read how many of the passages were read, from the first on
 */
record Reply(String answer, Double score, Hit source, int start, int end, int read) {}
