package org.attn4j.retrieval;

/**
 * A part of a document that is found.
 *
 * @param source the file
 * @param id what the document is called in a file of several; empty where the file is the document
 * @param title the document's title; empty if it has none
 * @param text the passage
 * @param start where it begins in the document's text, in {@code char}s
 * @param end where it ends, behind its last {@code char}
 */
public record Passage(String source, String id, String title, String text, int start, int end) {}
