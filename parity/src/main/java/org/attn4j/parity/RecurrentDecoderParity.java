package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.AdditiveAttention;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;
import org.attn4j.models.family.recurrent.BahdanauDecoder;
import org.attn4j.models.family.recurrent.DecoderMemory;
import org.attn4j.models.family.recurrent.DecoderOutput;
import org.attn4j.models.family.recurrent.LuongDecoder;
import org.attn4j.models.family.recurrent.RecurrentBridge;
import org.attn4j.models.family.recurrent.RecurrentDecoder;
import org.attn4j.models.family.recurrent.RecurrentEncoder;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * Holds the recurrent decoders against dumps {@code luong_decoder…} and {@code bahdanau_decoder…}.
 */
public final class RecurrentDecoderParity implements ParityCase {

    private static final String LUONG = "luong_decoder";
    private static final String BAHDANAU = "bahdanau_decoder";

    /** Creates the case, as the service loader does. */
    public RecurrentDecoderParity() {}

    @Override
    public boolean matches(Fixture fixture) {
        return isLuong(fixture)
                || fixture.name().startsWith(BAHDANAU)
                        && fixture.hasAll("in/source", "in/target", "in/weight/v_a");
    }

    private static boolean isLuong(Fixture fixture) {
        return fixture.name().startsWith(LUONG)
                && fixture.hasAll("in/memory", "in/target", "in/weight/W_c");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        return isLuong(in.fixture()) ? luong(in) : bahdanau(in);
    }

    private static Map<String, NDArray> luong(FixtureInputs in) {
        CellKind kind = in.has("c0") ? CellKind.LSTM : CellKind.GRU;
        String rnn = kind == CellKind.LSTM ? "lstm." : "gru.";
        boolean feeding =
                columns(in, rnn + "weight_ih_l0") > columns(in, "embedding"); // beside the vector
        GlobalAttention attention = new GlobalAttention(score(in));
        LuongDecoder decoder =
                new LuongDecoder(
                        new RecurrentDecoder.Sizes(
                                rows(in, "W_s"),
                                columns(in, "embedding"),
                                rows(in, "W_c"),
                                (int) in.array("memory").getShape().get(2)),
                        attention,
                        kind,
                        layers(in, rnn),
                        feeding,
                        0);
        in.bind(decoder, "embed_tokens.weight", in.weight("embedding"));
        in.bind(decoder, "attentional_proj.weight", in.weight("W_c"));
        in.bind(decoder, "lm_head.weight", in.weight("W_s"));
        bindStack(in, decoder, "rnn.", rnn, layers(in, rnn), false);

        RecurrentState initial =
                new RecurrentState(in.array("h0"), in.has("c0") ? in.array("c0") : null);
        WeightsRecorder recorder = new WeightsRecorder();
        DecoderOutput output =
                decoder.decode(
                        in.parameters(),
                        in.array("target"),
                        memory(in, in.array("memory")),
                        decoder.start(initial.unstack()),
                        recorder,
                        true);
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("logits", output.logits());
        results.put("weights", recorder.weights("attention").squeeze(1));
        results.put("context", output.context());
        results.put("attentional", output.attentional());
        RecurrentState last = RecurrentState.stack(output.last().layers());
        results.put("h_n", last.hidden());
        if (last.cell() != null) {
            results.put("c_n", last.cell());
        }
        return results;
    }

    /** The score that the dump names, its parameters bound. */
    private static Score score(FixtureInputs in) {
        String name = in.fixture().text("score", "dot");
        switch (name) {
            case "dot":
                return new DotScore();
            case "general":
                GeneralScore general = new GeneralScore(rows(in, "W_a"));
                in.bind(general, "key_proj.weight", in.weight("W_a"));
                return general;
            case "concat":
                ConcatScore concat = new ConcatScore(rows(in, "W_a"));
                in.bind(concat, "weight", in.weight("W_a"));
                in.bind(concat, "energy.weight", in.weight("v_a").reshape(1, -1));
                return concat;
            case "location":
                LocationScore location = new LocationScore(rows(in, "W_a"));
                in.bind(location, "location_proj.weight", in.weight("W_a"));
                return location;
            default:
                throw new IllegalArgumentException("no decoder has the score " + name);
        }
    }

    private static Map<String, NDArray> bahdanau(FixtureInputs in) {
        int layers = layers(in, "encoder.");
        boolean bidirectional = in.hasWeight("encoder.weight_ih_l0_reverse");
        RecurrentStack stack =
                RecurrentStack.builder()
                        .optKind(CellKind.GRU)
                        .setInputSize(columns(in, "source_embedding"))
                        .setHiddenSize(columns(in, "encoder.weight_hh_l0"))
                        .optLayers(layers)
                        .optBidirectional(bidirectional)
                        .build();
        RecurrentEncoder encoder =
                new RecurrentEncoder(
                        new TokenEmbedding(
                                rows(in, "source_embedding"), columns(in, "source_embedding")),
                        false,
                        stack,
                        0);
        in.bind(encoder, "embed_tokens.weight", in.weight("source_embedding"));
        bindStack(in, encoder, "rnn.", "encoder.", layers, bidirectional);
        RecurrentBridge bridge =
                new RecurrentBridge(CellKind.GRU, 1, columns(in, "W_s"), 1, rows(in, "W_s"));
        in.bind(bridge, "hidden.weight", in.weight("W_s"));
        BahdanauDecoder decoder = decoder(in, stack.outputSize());

        NDArray visible = in.has("mask") ? in.array("mask") : in.array("source").neq(0);
        RecurrentOutput encoded =
                encoder.encode(in.parameters(), in.array("source"), visible, true);
        List<RecurrentState> start = bridge.start(in.parameters(), encoded.last(), true);
        WeightsRecorder recorder = new WeightsRecorder();
        DecoderOutput output =
                decoder.decode(
                        in.parameters(),
                        in.array("target"),
                        memory(in, encoded.output()),
                        decoder.start(start),
                        recorder,
                        true);
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("annotations", encoded.output());
        results.put("encoder_final", encoded.last().hidden());
        results.put("initial_state", start.get(0).hidden());
        results.put("weights", recorder.weights("attention").squeeze(1));
        results.put("context", output.context());
        results.put("states", output.states());
        results.put("logits", output.logits());
        results.put("final_state", output.last().top());
        return results;
    }

    private static BahdanauDecoder decoder(FixtureInputs in, int memorySize) {
        boolean maxout = in.hasWeight("U_o");
        BahdanauDecoder decoder =
                new BahdanauDecoder(
                        new RecurrentDecoder.Sizes(
                                rows(in, "W_o"),
                                columns(in, "target_embedding"),
                                columns(in, "decoder.weight_hh"),
                                memorySize),
                        new AdditiveAttention(rows(in, "W_a")),
                        CellKind.GRU,
                        maxout ? columns(in, "W_o") : 0,
                        0);
        in.bind(decoder, "embed_tokens.weight", in.weight("target_embedding"));
        in.bind(decoder, "attention.score.query_proj.weight", in.weight("W_a"));
        in.bind(decoder, "attention.score.key_proj.weight", in.weight("U_a"));
        in.bind(decoder, "attention.score.energy.weight", in.weight("v_a").reshape(1, -1));
        for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
            in.bind(decoder, "cell." + name, in.weight("decoder." + name));
        }
        if (maxout) {
            in.bind(decoder, "readout_state.weight", in.weight("U_o"));
            in.bind(decoder, "readout_embedding.weight", in.weight("V_o"));
            in.bind(decoder, "readout_context.weight", in.weight("C_o"));
        }
        in.bind(decoder, "lm_head.weight", in.weight("W_o"));
        return decoder;
    }

    private static DecoderMemory memory(FixtureInputs in, NDArray states) {
        return new DecoderMemory(states, in.keys("mask"), new MemoryCache(in.manager()));
    }

    private static void bindStack(
            FixtureInputs in,
            Block block,
            String path,
            String prefix,
            int layers,
            boolean bidirectional) {
        for (int layer = 0; layer < layers; layer++) {
            for (String half : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
                String name = half + "_l" + layer;
                in.bind(block, path + name, in.weight(prefix + name));
                if (bidirectional) {
                    String reverse = name + "_reverse";
                    in.bind(block, path + reverse, in.weight(prefix + reverse));
                }
            }
        }
    }

    private static int layers(FixtureInputs in, String prefix) {
        int layers = 1;
        while (in.hasWeight(prefix + "weight_ih_l" + layers)) {
            layers++;
        }
        return layers;
    }

    private static int rows(FixtureInputs in, String weight) {
        return (int) in.weight(weight).getShape().get(0);
    }

    private static int columns(FixtureInputs in, String weight) {
        return (int) in.weight(weight).getShape().get(1);
    }
}
