package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.common.Require;

/**
 * What {@link MemoryAttention} reads: a story of sentences, and a question about it.
 *
 * @param story word ids of the sentences in the order they were told, (B, n, J) of integers; 0 is
 *     padding. Slots that hold no sentence are at the end
 * @param question word ids of the question, (B, Jq) of integers; 0 is padding
 * @param mask which slots hold a sentence, (B, n), boolean or of zeros and ones; null if they are
 *     those with a word
 * @param observer is told the weights of hop k as {@code hops.k}, (B, 1, 1, n); null for nobody
 */
public record MemoryInputs(
        NDArray story, NDArray question, NDArray mask, AttentionObserver observer) {

    public MemoryInputs {
        Objects.requireNonNull(story, "story");
        Objects.requireNonNull(question, "question");
        Require.that(
                story.getShape().dimension() == 3 && question.getShape().dimension() == 2,
                "a story must be (B, n, J) and a question (B, J), got story=%s, question=%s",
                story.getShape(),
                question.getShape());
    }

    /**
     * Returns inputs in which every slot with a word is visible.
     *
     * @param story word ids, (B, n, J)
     * @param question word ids, (B, Jq)
     * @return the inputs, without an observer
     */
    public static MemoryInputs of(NDArray story, NDArray question) {
        return new MemoryInputs(story, question, null, null);
    }
}
