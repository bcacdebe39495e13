package org.attn4j.cli.task.encoder;

import org.attn4j.models.tokenizer.TokenizedText;

/**
 * A sequence and what the model shall give for it.
 *
 * @param row the sequence
 * @param classes a class, the class of each token, or the first and the last token of an answer
 * @param numbers in place of classes: a number, or 1 or 0 for each class
 */
record Example(TokenizedText row, long[] classes, float[] numbers) {

    static Example of(TokenizedText row, long... classes) {
        return new Example(row, classes, null);
    }
}
