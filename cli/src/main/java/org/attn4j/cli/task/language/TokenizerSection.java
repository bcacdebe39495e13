package org.attn4j.cli.task.language;

import org.attn4j.models.tokenizer.TokenizerTrainingConfig;

/**
 * The section {@code tokenizer} of a run that trains a language model.
 *
 * @param from the model whose tokenizer is taken, a folder or {@code org/name[@revision]}; empty
 *     for that of the model that training begins with, or, without one, for a new one
 * @param train what a new one is
 */
record TokenizerSection(String from, TokenizerTrainingConfig train) {

    static final TokenizerSection DEFAULT =
            new TokenizerSection("", TokenizerTrainingConfig.bpe(8000, 0));
}
