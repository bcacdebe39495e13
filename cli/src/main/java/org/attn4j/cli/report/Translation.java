package org.attn4j.cli.report;

/**
 * A sentence that the model translated.
 *
 * @param source the sentence
 * @param reference how a person translated it
 * @param hypothesis how the model did
 */
public record Translation(String source, String reference, String hypothesis) {}
