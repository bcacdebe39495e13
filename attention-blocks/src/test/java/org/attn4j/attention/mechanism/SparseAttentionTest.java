package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.Random;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.pattern.BlockPattern;
import org.attn4j.attention.pattern.Factor;
import org.attn4j.attention.pattern.FixedPattern;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.StridedPattern;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SparseAttentionTest {

    private static SparseAttention.Builder builder(SparsePattern pattern) {
        return SparseAttention.builder().setModelSize(8).setHeads(4).setPattern(pattern);
    }

    /** A pattern counts the places of one sequence. */
    abstract static class OneSequence extends AttentionContractTest {
        @Override
        protected boolean attendsAcross() {
            return false;
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Nested
    class Blocks extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new BlockPattern(1, 1, 1, 1, 3)).build();
        }
    }

    @Nested
    class BlocksReference extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new BlockPattern(2, 0, 1, 0, 3))
                    .optKernel(TestKernel.REFERENCE.get())
                    .optKeyValueHeads(2)
                    .optBias(false)
                    .build();
        }
    }

    @Nested
    class Window extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new WindowPattern(1, new int[] {1, 2, 1, 2}, new int[] {3}))
                    .optHeadSize(3)
                    .build();
        }
    }

    @Nested
    class WindowWithRotary extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new WindowPattern(2))
                    .optRotary(RotaryEmbedding.builder().setSize(2).build())
                    .build();
        }
    }

    /** The strided pattern sees earlier places alone. */
    @Nested
    class Strided extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new StridedPattern(2, Factor.MERGED)).build();
        }
    }

    @Nested
    class StridedSharingHeads extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new StridedPattern(2, Factor.SUMMARY)).optKeyValueHeads(1).build();
        }
    }

    @Nested
    class Fixed extends OneSequence {
        @Override
        protected Attention mechanism() {
            return builder(new FixedPattern(2, 1, Factor.MERGED)).build();
        }
    }

    /** What a query sees is the same whether the weights are asked for or not. */
    @Test
    void gatheredAndFullAgreeThroughTheBlock() {
        SparsePattern[] patterns = {
            new BlockPattern(4, 1, 1, 1, 3),
            new WindowPattern(3, new int[] {1, 1, 2, 2}, new int[] {0, 9}),
            new StridedPattern(5, Factor.MERGED),
            new FixedPattern(5, 2, Factor.MERGED)
        };
        int length = 27;
        for (SparsePattern pattern : patterns) {
            try (NDManager manager = TestEngine.manager()) {
                Subject subject =
                        Subject.of(
                                builder(pattern).optKeyValueHeads(2).build(),
                                manager,
                                8,
                                DataType.FLOAT32);
                NDArray x = Numbers.random(manager, 1, new Shape(2, length, 8));
                Random random = new Random(2);
                boolean[] flags = new boolean[2 * length];
                for (int i = 0; i < flags.length; i++) {
                    flags[i] = random.nextBoolean();
                }
                AttentionMask mask =
                        AttentionMask.keys(manager.create(flags, new Shape(2, length)));
                for (AttentionMask m :
                        new AttentionMask[] {mask, mask.and(AttentionMask.causal())}) {
                    AttentionInputs inputs = AttentionInputs.self(x).withMask(m);
                    Numbers.assertClose(
                            pattern.getClass().getSimpleName(),
                            subject.observe(inputs).context().toFloatArray(),
                            subject.attend(inputs).context().toFloatArray(),
                            1e-5,
                            1e-5);
                }
            }
        }
    }

    private static SparseAttention longformer() {
        return builder(new WindowPattern(1))
                .optGlobalProjections(true)
                .optHiddenSeeNothing(true)
                .build();
    }

    /** Two sequences of six places: places 4 and 1 of the first are global, none of the second. */
    private static AttentionInputs withGlobals(NDManager manager, NDArray x) {
        NDArray seen = manager.create(new float[] {1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1});
        NDArray globals = manager.create(new float[] {0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
        return AttentionInputs.self(x)
                .withMask(AttentionMask.keys(seen.reshape(2, 6)))
                .withGlobals(globals.reshape(2, 6));
    }

    @Test
    void globalTokensLookThroughProjectionsOfTheirOwn() {
        try (NDManager manager = TestEngine.manager()) {
            SparseAttention block = longformer();
            Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 6, 8));
            AttentionInputs inputs = withGlobals(manager, x);
            NDArray row = x.get("0:1");
            NDArray query = heads(block, "query_proj", row.get(":, 1:2"));
            NDArray key = heads(block, "key_proj", row.get(":, :5")); // the sixth is hidden
            NDArray weights =
                    query.matMul(key.swapAxes(2, 3)).div(Math.sqrt(2)).softmax(-1); // (1, 4, 1, 5)
            Subject.Seen observed = subject.observe(inputs);
            Numbers.assertClose(
                    "weights",
                    weights.toFloatArray(),
                    observed.weights().get("0, :, 1, :5").toFloatArray(),
                    1e-5,
                    1e-5);
            NDArray context =
                    Heads.merge(weights.matMul(heads(block, "value_proj", row.get(":, :5"))));
            Numbers.assertClose(
                    "context",
                    linear(child(block, "output_proj"), context).toFloatArray(),
                    subject.attend(inputs).context().get("0, 1:2").toFloatArray(),
                    1e-5,
                    1e-5);
            Numbers.assertClose(
                    "gathered and full",
                    observed.context().toFloatArray(),
                    subject.attend(inputs).context().toFloatArray(),
                    1e-5,
                    1e-5);
        }
    }

    @Test
    void hiddenPlacesGetNothingButTheBias() {
        try (NDManager manager = TestEngine.manager()) {
            SparseAttention block = longformer();
            Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 6, 8));
            NDArray bias = child(block, "output_proj").getParameters().get("bias").getArray();
            Numbers.assertClose(
                    "context",
                    bias.toFloatArray(),
                    subject.attend(withGlobals(manager, x)).context().get("0, 5").toFloatArray(),
                    1e-6,
                    1e-6);
        }
    }

    @Test
    void gradientsReachTheProjectionsOfGlobalTokens() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = Subject.of(longformer(), manager, 8, DataType.FLOAT64);
            NDArray x =
                    Numbers.random(manager, 1, new Shape(2, 6, 8)).toType(DataType.FLOAT64, false);
            AttentionInputs inputs = withGlobals(manager, x);
            subject.checkSlopes(x, () -> subject.train(inputs).context().square().sum());
        }
    }

    private static NDArray heads(SparseAttention block, String projection, NDArray x) {
        return Heads.split(linear(child(child(block, "global"), projection), x), 4);
    }

    private static Block child(Block block, String name) {
        return block.getChildren().stream()
                .filter(child -> child.getKey().endsWith(name))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static NDArray linear(Block projection, NDArray x) {
        NDArray weight = projection.getParameters().get("weight").getArray();
        return x.matMul(weight.transpose()).add(projection.getParameters().get("bias").getArray());
    }

    @Test
    void globalTokensOfEachSequenceSeeAndAreSeen() {
        try (NDManager manager = TestEngine.manager()) {
            SparseAttention block = builder(new WindowPattern(1)).build();
            Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 6, 8));
            boolean[] flags = new boolean[12];
            flags[4] = true; // row 0, place 4
            flags[6] = true; // row 1, place 0
            NDArray globals = manager.create(flags, new Shape(2, 6));
            AttentionInputs inputs = AttentionInputs.self(x).withGlobals(globals);
            NDArray weights = subject.observe(inputs).weights();
            float[] first = weights.get("0, 0, 4").toFloatArray();
            for (float weight : first) {
                assertEquals(true, weight > 0, "a global token sees all");
            }
            assertEquals(true, weights.getFloat(0, 0, 0, 4) > 0, "and is seen by all");
            assertEquals(0, weights.getFloat(1, 0, 5, 3));
            assertEquals(true, weights.getFloat(1, 0, 5, 0) > 0);
            Numbers.assertClose(
                    "context",
                    subject.observe(inputs).context().toFloatArray(),
                    block.attend(subject.store(), inputs, false).context().toFloatArray(),
                    1e-5,
                    1e-5);
            SparseAttention other = builder(new BlockPattern(1, 1, 1, 1, 1)).build();
            Subject.of(other, manager, 8, DataType.FLOAT32);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> other.attend(subject.store(), inputs, false));
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(NullPointerException.class, () -> builder(null).build());
        SparsePattern window = new WindowPattern(1);
        assertThrows(IllegalArgumentException.class, () -> builder(window).setHeads(3).build());
        assertThrows(
                IllegalArgumentException.class, () -> builder(window).optKeyValueHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder(window).optDropout(1).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> builder(new WindowPattern(1, new int[] {1, 2}, new int[0])).build());
    }
}
