package org.attn4j.models.tokenizer;

import java.util.List;
import java.util.Map;

/**
 * What a tokenizer's configuration says beside its vocabulary.
 *
 * @param special the special tokens by role
 * @param maxLength the longest input, or 0
 * @param paddingSide where batches are padded
 * @param truncationSide where sequences are cut
 * @param padTypeId the segment of padding
 * @param cleanUp whether decoded text is cleaned up
 * @param inputNames what the model is called with
 * @param languages the tokens of languages
 */
record TokenizerProfile(
        Map<String, String> special,
        int maxLength,
        Side paddingSide,
        Side truncationSide,
        int padTypeId,
        boolean cleanUp,
        List<String> inputNames,
        List<String> languages) {}
