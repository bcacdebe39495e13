package org.attn4j.datasets.grammar;

/**
 * Words written out.
 *
 * @param text the text
 * @param wordOf for each of the words the number of what it is part of, as white space parts the
 *     text
 */
record Written(String text, int[] wordOf) {}
