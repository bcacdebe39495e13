package org.attn4j.retrieval;

import java.util.List;

/**
 * What was done to an index.
 *
 * @param files how many files were read, or tried
 * @param added new documents
 * @param replaced documents whose content has changed
 * @param unchanged documents that were passed over
 * @param removed documents that were taken out
 * @param empty documents without text, which are not in the index
 * @param passages how many passages were embedded
 * @param problems what could not be read, a sentence each
 */
public record IndexReport(
        int files,
        int added,
        int replaced,
        int unchanged,
        int removed,
        int empty,
        long passages,
        List<String> problems) {}
