package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.mechanism.IntraDecoderAttention;
import org.attn4j.attention.mechanism.IntraTemporalAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.mechanism.TimeAxisAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.score.GeneralScore;

/** Dumps of mechanisms over time and over levels. */
final class TemporalParity {

    private TemporalParity() {}

    static List<ParityCase> cases() {
        return List.of(
                new Hierarchical(),
                new Forecast(),
                new IntraTemporal(),
                new IntraDecoder(),
                new TimeAxis());
    }

    private static int rows(FixtureInputs in, String weight) {
        return (int) in.weight(weight).getShape().get(0);
    }

    private static int columns(FixtureInputs in, String weight) {
        return (int) in.weight(weight).getShape().get(1);
    }

    private static void bindRow(FixtureInputs in, Block block, String path, String weight) {
        in.bind(block, path, in.weight(weight).reshape(1, -1)); // a vector as a linear map to one
    }

    /** Yang et al. 2016. */
    private static final class Hierarchical implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith("hierarchical_attention")
                    && fixture.hasAll("in/words", "in/weight/u_w", "in/weight/u_s");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            HierarchicalAttention block =
                    new HierarchicalAttention(
                            new HierarchicalAttention.Config(
                                    rows(in, "embedding"),
                                    columns(in, "embedding"),
                                    0,
                                    columns(in, "word_gru.weight_hh_l0"),
                                    rows(in, "W_w"),
                                    columns(in, "sentence_gru.weight_hh_l0"),
                                    rows(in, "W_s"),
                                    in.hasWeight("W_c") ? rows(in, "W_c") : 0));
            in.bind(block, "embedding", in.weight("embedding"));
            level(in, block, "word", "w");
            level(in, block, "sentence", "s");
            if (in.hasWeight("W_c")) {
                in.bind(block, "classifier.weight", in.weight("W_c"));
                in.bind(block, "classifier.bias", in.weight("b_c"));
            }
            WeightsRecorder recorder = new WeightsRecorder();
            HierarchicalAttention.Output output =
                    block.read(
                            in.parameters(),
                            new HierarchicalAttention.Inputs(in.array("words"), null, recorder),
                            true);
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put("word_states", output.wordStates());
            results.put("word_weights", recorder.weights("word").squeeze(1));
            results.put("sentences", output.sentences());
            results.put("sentence_weights", recorder.weights("sentence").squeeze(new int[] {1, 2}));
            results.put("document", output.document());
            if (output.logits() != null) {
                results.put("logits", output.logits());
            }
            return results;
        }

        private static void level(FixtureInputs in, Block block, String level, String letter) {
            for (String half : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
                for (String direction : List.of("_l0", "_l0_reverse")) {
                    String name = half + direction;
                    in.bind(block, level + "_encoder." + name, in.weight(level + "_gru." + name));
                }
            }
            String attention = level + "_attention.";
            in.bind(block, attention + "projection.weight", in.weight("W_" + letter));
            in.bind(block, attention + "projection.bias", in.weight("b_" + letter));
            bindRow(in, block, attention + "context.weight", "u_" + letter);
        }
    }

    /** Qin et al. 2017; how many contexts there are tells the order of the decoder. */
    private static final class Forecast implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith("temporal_input")
                    && fixture.hasAll("in/x", "in/y", "in/weight/U_e", "out/temporal_weights");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            int steps = (int) in.array("x").getShape().get(1);
            boolean printed = in.fixture().shape("out/temporal_weights").get(1) == steps;
            TemporalAttention block =
                    new TemporalAttention(
                            steps,
                            (int) in.array("x").getShape().get(2),
                            columns(in, "encoder.weight_hh"),
                            columns(in, "decoder.weight_hh"),
                            printed
                                    ? TemporalAttention.Order.PRINTED
                                    : TemporalAttention.Order.COMMON);
            for (String cell : List.of("encoder.", "decoder.")) {
                for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
                    in.bind(block, cell + name, in.weight(cell + name));
                }
            }
            score(in, block, "input_score.", "e");
            score(in, block, "temporal_score.", "d");
            bindRow(in, block, "decoder_input.weight", "w_tilde");
            in.bind(block, "decoder_input.bias", in.weight("b_tilde"));
            in.bind(block, "output_proj.weight", in.weight("W_y"));
            in.bind(block, "output_proj.bias", in.weight("b_w"));
            bindRow(in, block, "prediction.weight", "v_y");
            in.bind(block, "prediction.bias", in.weight("b_v"));
            WeightsRecorder recorder = new WeightsRecorder();
            TemporalAttention.Output output =
                    block.predict(
                            in.parameters(),
                            new TemporalAttention.Inputs(in.array("x"), in.array("y"), recorder),
                            true);
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put("input_weights", recorder.weights("input").squeeze(1));
            results.put("encoder_states", output.encoderStates());
            results.put("temporal_weights", recorder.weights("temporal").squeeze(1));
            results.put("decoder_states", output.decoderStates());
            results.put("context", output.context());
            results.put("prediction", output.prediction());
            return results;
        }

        private static void score(FixtureInputs in, Block block, String score, String letter) {
            in.bind(block, score + "query_proj.weight", in.weight("W_" + letter));
            in.bind(block, score + "key_proj.weight", in.weight("U_" + letter));
            bindRow(in, block, score + "energy.weight", "v_" + letter);
        }
    }

    /** Paulus et al. 2018, the attention to the source. */
    private static final class IntraTemporal implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith("intra_temporal")
                    && fixture.hasAll("in/h_d", "in/h_e", "in/weight/W");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            NDArray query = in.array("h_d");
            NDArray memory = in.array("h_e");
            IntraTemporalAttention block = new IntraTemporalAttention(rows(in, "W"));
            in.bind(block, "score.key_proj.weight", in.weight("W"));
            Seen output =
                    Seen.of(
                            block,
                            in,
                            AttentionInputs.cross(query, memory).withMask(in.keys("mask")));
            NDArray scores = scores(block.score(), in.parameters(), query, memory);
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put("scores", scores);
            results.put("log_scores", IntraTemporalAttention.logScores(scores));
            results.put("weights", output.weights().squeeze(1));
            results.put("context", output.context());
            return results;
        }
    }

    /** Paulus et al. 2018, the attention to the decoder's own states. */
    private static final class IntraDecoder implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith("intra_decoder")
                    && fixture.hasAll("in/h_d", "in/weight/W");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            NDArray states = in.array("h_d");
            IntraDecoderAttention block = new IntraDecoderAttention(rows(in, "W"));
            in.bind(block, "score.key_proj.weight", in.weight("W"));
            Seen output = Seen.of(block, in, AttentionInputs.self(states));
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put("scores", scores(block.score(), in.parameters(), states, states));
            results.put("weights", output.weights().squeeze(1));
            results.put("context", output.context());
            return results;
        }
    }

    private static NDArray scores(
            GeneralScore score, ParameterStore parameters, NDArray query, NDArray key) {
        return score.scores(parameters, query, score.keys(parameters, key, true), true);
    }

    /** Bertasius et al. 2021. */
    private static final class TimeAxis implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith("time_axis")
                    && fixture.hasAll("in/x", "in/weight/W_q", "in/weight/W_o");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            boolean bias = in.hasWeight("b_q");
            MultiHeadAttention heads =
                    MultiHeadAttention.builder()
                            .setModelSize(rows(in, "W_q"))
                            .setHeads(in.fixture().integer("heads"))
                            .optBias(bias)
                            .optKernel(kernel)
                            .build();
            Map<String, String> projections =
                    Map.of(
                            "query_proj",
                            "q",
                            "key_proj",
                            "k",
                            "value_proj",
                            "v",
                            "output_proj",
                            "o");
            projections.forEach(
                    (child, letter) -> {
                        in.bind(heads, child + ".weight", in.weight("W_" + letter));
                        if (bias) {
                            in.bind(heads, child + ".bias", in.weight("b_" + letter));
                        }
                    });
            TimeAxisAttention block =
                    new TimeAxisAttention(heads, in.fixture().flag("causal", false));
            NDArray visible = in.has("mask") ? in.array("mask") : null;
            WeightsRecorder recorder = new WeightsRecorder();
            NDArray seen =
                    block.attend(
                            in.parameters(),
                            new TimeAxisAttention.Inputs(in.array("x"), visible, recorder),
                            true);
            NDArray weights = recorder.weights(); // (B·P, N, T, T)
            Shape each = weights.getShape();
            Shape x = in.array("x").getShape(); // (B, T, P, D)
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put(
                    "output",
                    block.attend(
                            in.parameters(),
                            TimeAxisAttention.Inputs.of(in.array("x"), visible),
                            true));
            results.put("output@seen", seen);
            results.put(
                    "weights", // (B, P, N, T, T)
                    weights.reshape(x.get(0), x.get(2), each.get(1), each.get(2), each.get(3)));
            return results;
        }
    }
}
