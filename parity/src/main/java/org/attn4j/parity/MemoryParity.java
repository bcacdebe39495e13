package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.KeyValueMemory;
import org.attn4j.attention.mechanism.KeyValueMemoryInputs;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MemoryAttention.Tying;
import org.attn4j.attention.mechanism.MemoryInputs;
import org.attn4j.attention.mechanism.MemoryOutput;
import org.attn4j.attention.mechanism.PersistentMemoryAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;

/** Dumps of mechanisms with memories of their own. */
final class MemoryParity {

    private MemoryParity() {}

    static List<ParityCase> cases() {
        return List.of(
                new LatentCase(),
                of(
                        fixture ->
                                fixture.name().startsWith("memn2n")
                                        && fixture.hasAll("in/story", "in/question"),
                        MemoryParity::memoryNetwork),
                of(
                        fixture ->
                                fixture.name().startsWith("persistent_memory")
                                        && fixture.hasAll("in/weight/persistent_keys"),
                        MemoryParity::persistent),
                of(
                        fixture ->
                                fixture.name().startsWith("key_value_memory")
                                        && fixture.hasAll("in/keys", "in/weight/R"),
                        MemoryParity::keyValue),
                new TransformerXlCase());
    }

    private static ParityCase of(
            Predicate<Fixture> matches,
            BiFunction<FixtureInputs, AttentionKernel, Map<String, NDArray>> computation) {
        return new ParityCase() {
            @Override
            public boolean matches(Fixture fixture) {
                return matches.test(fixture);
            }

            @Override
            public Map<String, NDArray> compute(FixtureInputs inputs, AttentionKernel kernel) {
                return computation.apply(inputs, kernel);
            }
        };
    }

    private static Map<String, NDArray> memoryNetwork(FixtureInputs in, AttentionKernel kernel) {
        boolean adjacent = in.hasWeight("E");
        boolean timed = in.hasWeight(adjacent ? "T" : "T_A");
        NDArray words = in.weight(adjacent ? "E" : "W"); // (…, V, d)
        int axes = words.getShape().dimension();
        int hops = in.fixture().integer("hops", adjacent ? (int) words.getShape().get(0) - 1 : 1);
        MemoryAttention block =
                new MemoryAttention(
                        new MemoryAttention.Config(
                                (int) words.getShape().get(axes - 2),
                                (int) words.getShape().get(axes - 1),
                                hops,
                                (int) in.array("story").getShape().get(1),
                                adjacent ? Tying.ADJACENT : Tying.LAYER_WISE,
                                in.fixture().flag("position_encoding", true),
                                timed,
                                Softmax.INSTANCE));
        if (adjacent) {
            for (int i = 0; i <= hops; i++) {
                in.bind(block, "embedding_" + i, words.get(i));
                if (timed) {
                    in.bind(block, "time_" + i, in.weight("T").get(i));
                }
            }
        } else {
            in.bind(block, "question_embedding", in.weight("B"));
            in.bind(block, "memory_embedding", in.weight("A"));
            in.bind(block, "output_embedding", in.weight("C"));
            if (timed) {
                in.bind(block, "memory_time", in.weight("T_A"));
                in.bind(block, "output_time", in.weight("T_C"));
            }
            in.bind(block, "state_proj.weight", in.weight("H"));
            in.bind(block, "answer_proj.weight", words);
        }
        WeightsRecorder recorder = new WeightsRecorder();
        MemoryInputs inputs =
                new MemoryInputs(
                        in.array("story"),
                        in.array("question"),
                        in.has("mask") ? in.array("mask") : null,
                        recorder);
        MemoryOutput output = block.read(in.parameters(), inputs, true);
        return Map.of(
                "weights", hops(recorder),
                "u", output.states(),
                "o", output.reads(),
                "logits", output.logits());
    }

    private static Map<String, NDArray> keyValue(FixtureInputs in, AttentionKernel kernel) {
        boolean tied = !in.hasWeight("B");
        NDArray hops = in.weight("R"); // (K, d, d)
        KeyValueMemory block =
                new KeyValueMemory(
                        (int) hops.getShape().get(1),
                        (int) hops.getShape().get(0),
                        tied,
                        Softmax.INSTANCE);
        in.bind(block, "embedding.weight", in.weight("A"));
        if (!tied) {
            in.bind(block, "candidate_embedding.weight", in.weight("B"));
        }
        for (int i = 0; i < hops.getShape().get(0); i++) {
            in.bind(block, "hop_" + i + ".weight", hops.get(i));
        }
        WeightsRecorder recorder = new WeightsRecorder();
        KeyValueMemoryInputs inputs =
                new KeyValueMemoryInputs(
                        in.array("x"),
                        in.array("keys"),
                        in.array("values"),
                        in.array("candidates"),
                        in.has("mask") ? in.array("mask") : null,
                        recorder);
        MemoryOutput output = block.read(in.parameters(), inputs, true);
        return Map.of(
                "weights", hops(recorder),
                "q", output.states(),
                "o", output.reads(),
                "logits", output.logits());
    }

    private static Map<String, NDArray> persistent(FixtureInputs in, AttentionKernel kernel) {
        NDArray x = in.array("x"); // (B, L, D)
        NDArray keys = in.weight("persistent_keys"); // (N, M, H)
        PersistentMemoryAttention block =
                PersistentMemoryAttention.builder()
                        .setModelSize((int) x.getShape().get(2))
                        .setHeads((int) keys.getShape().get(0))
                        .setPersistent((int) keys.getShape().get(1))
                        .optHeadSize((int) keys.getShape().get(2))
                        .optKernel(kernel)
                        .build();
        in.bind(block, "query_proj.weight", in.weight("W_q"));
        in.bind(block, "key_proj.weight", in.weight("W_k"));
        in.bind(block, "value_proj.weight", in.weight("W_v"));
        in.bind(block, "output_proj.weight", in.weight("W_o"));
        in.bind(block, "persistent_keys", keys);
        in.bind(block, "persistent_values", in.weight("persistent_values"));
        AttentionMask mask = in.keys("mask");
        if (in.fixture().flag("causal")) {
            mask = AttentionMask.causal().and(mask);
        }
        AttentionInputs inputs = AttentionInputs.self(x).withMask(mask);
        Seen seen = Seen.of(block, in, inputs);
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("output", block.attend(in.parameters(), inputs, true).context());
        results.put("output@seen", seen.context());
        results.put("weights", seen.weights());
        return results;
    }

    /** The weights of all hops, (B, K, n). */
    private static NDArray hops(WeightsRecorder recorder) {
        NDList hops = new NDList(recorder.all().values()); // of (B, 1, 1, n)
        return NDArrays.concat(hops, 2).squeeze(1);
    }

    /** Ones and zeros as the booleans that a dump holds. */
    static NDArray booleans(NDManager manager, NDArray ones) {
        boolean[] values = new boolean[Math.toIntExact(ones.size())];
        float[] numbers = ones.toType(DataType.FLOAT32, false).toFloatArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers[i] != 0;
        }
        return HostArrays.of(manager, values, ones.getShape());
    }
}
