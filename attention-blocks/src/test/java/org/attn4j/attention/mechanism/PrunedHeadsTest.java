package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.CosineNorm;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Heads that give zeros, and heads that are not there. */
@Tag("engine")
class PrunedHeadsTest {

    /** Sums of eight products of float32 in another order: a few units of the last place. */
    private static final double ROUNDING = 1e-6;

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setModelSize(8).setHeads(4);
    }

    @Nested
    class Pruned extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optPrunedHeads(Set.of(0, 2)).build();
        }
    }

    @Nested
    class PrunedGroup extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKeyValueHeads(2).optPrunedHeads(Set.of(0, 1)).build();
        }
    }

    /** The other head alone, worked out number by number. */
    @Test
    void aMaskedHeadGivesZeros() {
        try (NDManager manager = TestEngine.manager()) {
            MultiHeadAttention block =
                    MultiHeadAttention.builder().setModelSize(4).setHeads(2).build();
            Subject subject = Subject.of(block, manager, 4, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 3, new Shape(1, 3, 4));
            block.maskHeads(List.of(0));
            float[] found = subject.attend(AttentionInputs.self(x)).context().toFloatArray();
            Numbers.assertClose(
                    "head 1 alone", secondHeadAlone(block, x), found, ROUNDING, ROUNDING);
        }
    }

    private static float[] secondHeadAlone(MultiHeadAttention block, NDArray x) {
        float[][] query = projected(block, "query_proj", x);
        float[][] key = projected(block, "key_proj", x);
        float[][] value = projected(block, "value_proj", x);
        float[] weight = parameter(block, "output_proj", "weight");
        float[] bias = parameter(block, "output_proj", "bias");
        float[] context = new float[3 * 4];
        for (int t = 0; t < 3; t++) {
            double[] weights = new double[3];
            double sum = 0;
            for (int s = 0; s < 3; s++) {
                double score = query[t][2] * key[s][2] + query[t][3] * key[s][3];
                weights[s] = Math.exp(score / Math.sqrt(2));
                sum += weights[s];
            }
            double first = 0;
            double second = 0;
            for (int s = 0; s < 3; s++) {
                first += weights[s] / sum * value[s][2];
                second += weights[s] / sum * value[s][3];
            }
            for (int d = 0; d < 4; d++) {
                context[t * 4 + d] =
                        (float) (weight[d * 4 + 2] * first + weight[d * 4 + 3] * second + bias[d]);
            }
        }
        return context;
    }

    private static float[][] projected(MultiHeadAttention block, String name, NDArray x) {
        float[] input = x.toFloatArray();
        float[] weight = parameter(block, name, "weight");
        float[] bias = parameter(block, name, "bias");
        float[][] rows = new float[3][4];
        for (int t = 0; t < 3; t++) {
            for (int out = 0; out < 4; out++) {
                double sum = bias[out];
                for (int in = 0; in < 4; in++) {
                    sum += weight[out * 4 + in] * input[t * 4 + in];
                }
                rows[t][out] = (float) sum;
            }
        }
        return rows;
    }

    private static float[] parameter(MultiHeadAttention block, String child, String name) {
        return child(block, child).getDirectParameters().get(name).getArray().toFloatArray();
    }

    private static Block child(MultiHeadAttention block, String name) {
        for (var pair : block.getChildren()) {
            if (pair.getKey().endsWith(name)) {
                return pair.getValue();
            }
        }
        throw new AssertionError(name);
    }

    @Test
    void withoutHeadsABlockGivesWhatItGivesWithTheseMasked() {
        assertSame(builder(), builder().optPrunedHeads(Set.of(0, 2)), List.of(0, 2));
        assertSame(builder(), builder().optPrunedHeads(Set.of(0, 1, 2)), List.of(0, 1, 2));
        assertSame(
                builder().optKeyValueHeads(2).optBias(false),
                builder().optKeyValueHeads(2).optBias(false).optPrunedHeads(Set.of(2, 3)),
                List.of(2, 3));
        RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(2).build();
        assertSame(
                builder().optRotary(rotary),
                builder().optRotary(rotary).optPrunedHeads(Set.of(3)),
                List.of(3));
    }

    /** With a bias and a mask of each head's own, and with a cache. */
    private static void assertSame(
            MultiHeadAttention.Builder of,
            MultiHeadAttention.Builder without,
            List<Integer> heads) {
        try (NDManager manager = TestEngine.manager()) {
            MultiHeadAttention whole = of.build();
            MultiHeadAttention pruned = without.build();
            Subject all = Subject.of(whole, manager, 8, DataType.FLOAT32);
            Subject some = Subject.of(pruned, manager, 8, DataType.FLOAT32);
            pruned.takeHeads(whole);
            whole.maskHeads(heads);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 5, 8));
            NDArray bias = Numbers.random(manager, 2, new Shape(1, 4, 5, 5));
            NDArray visible = Numbers.random(manager, 4, new Shape(2, 4, 5, 5)).gt(-1);
            AttentionMask mask =
                    AttentionMask.causal()
                            .and(AttentionMask.bias(bias))
                            .and(AttentionMask.dense(visible));
            for (AttentionMask each : List.of(mask, mask.realise(manager, 5, 5))) {
                AttentionInputs in = AttentionInputs.self(x).withMask(each);
                Numbers.assertClose(
                        "without " + heads,
                        all.attend(in).context().toFloatArray(),
                        some.attend(in).context().toFloatArray(),
                        ROUNDING,
                        ROUNDING);
            }
            Numbers.assertClose(
                    "step by step without " + heads,
                    stepped(all, manager, x),
                    stepped(some, manager, x),
                    ROUNDING,
                    ROUNDING);
        }
    }

    private static float[] stepped(Subject subject, NDManager manager, NDArray x) {
        GrowingCache cache = new GrowingCache(manager);
        AttentionInputs first =
                AttentionInputs.self(x.get(":, :4")).withMask(AttentionMask.causal());
        subject.attend(first.withCache(cache));
        return subject.attend(AttentionInputs.self(x.get(":, 4:")).withCache(cache))
                .context()
                .toFloatArray();
    }

    @Test
    void headsKeepTheirNumbers() {
        MultiHeadAttention block = builder().optPrunedHeads(Set.of(1)).build();
        assertEquals(List.of(0, 2, 3), block.heads());
        assertRefused("head must be one of [0, 2, 3], got 1", () -> block.maskHeads(List.of(1)));
    }

    @Test
    void whatCannotBePrunedIsRefusedInWords() {
        assertRefused(
                "prunedHeads must be some of the heads from 0 to 3 and not all, got [0, 1, 2, 3]",
                () -> builder().optPrunedHeads(Set.of(0, 1, 2, 3)).build());
        assertRefused(
                "prunedHeads must be some of the heads from 0 to 3 and not all, got [4]",
                () -> builder().optPrunedHeads(Set.of(4)).build());
        assertRefused(
                "prunedHeads must be whole groups of the 2 heads that share a key head, got [1, 2]",
                () -> builder().optKeyValueHeads(2).optPrunedHeads(Set.of(1, 2)).build());
        String own =
                "heads cannot be pruned from attention with a score bias, learned keys, or a learned"
                        + " norm or alignment of its own, got prunedHeads=[1]";
        MultiHeadAttention.Builder pruned = builder().optPrunedHeads(Set.of(1));
        assertRefused(own, () -> pruned.optScoreBias(new Alibi(4)).build());
        assertRefused(
                own, () -> pruned.optScoreBias(null).optQueryKeyNorm(new CosineNorm(4)).build());
        assertRefused(own, () -> pruned.optQueryKeyNorm(null).optKeyValueBias(true).build());
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
