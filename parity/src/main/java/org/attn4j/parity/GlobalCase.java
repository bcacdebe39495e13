package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import java.util.HashMap;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;

/** Dumps {@code luong_dot}, {@code _general}, {@code _concat}, {@code _location}. */
final class GlobalCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll("in/h_t", "in/h_s", "in/weight/Wc")
                && fixture.text("mode", "").isEmpty()
                && !fixture.has("out/window");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray query = in.array("h_t"); // (B, T, Dq)
        NDArray keys = in.array("h_s"); // (B, S, Dk)
        NDArray outward = in.weight("Wc"); // (A, Dk + Dq)
        Score score = score(in, Math.toIntExact(query.getShape().get(2)));
        GlobalAttention block =
                new GlobalAttention(
                        score, Math.toIntExact(outward.getShape().get(0)), Softmax.INSTANCE, 0);
        in.bind(block, "output_proj.weight", outward);
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionInputs inputs =
                AttentionInputs.cross(query, keys).withMask(in.keys("mask")).withObserver(recorder);
        NDArray context = block.context(in.parameters(), inputs, true).context();
        NDArray weights = recorder.weights(); // (B, 1, T, S)
        NDArray vector = block.attentional(in.parameters(), context, query, true);
        Map<String, NDArray> results = new HashMap<>();
        results.put("scores", GlobalParity.scores(in, block.score(), query, keys));
        results.put("weights", weights.squeeze(1));
        results.put("context", context);
        results.put("attentional", vector);
        results.put("attentional@attend", block.attend(in.parameters(), inputs, true).context());
        return results;
    }

    /** A score with its parameters bound. */
    private static Score score(FixtureInputs in, int querySize) {
        String matrix = in.hasWeight("W") ? "W" : "W_a";
        String guess = in.hasWeight("v") ? "concat" : in.hasWeight(matrix) ? "general" : "dot";
        String kind = in.fixture().text("score", guess);
        return switch (kind) {
            case "dot" -> new DotScore();
            case "general" ->
                    bound(in, new GeneralScore(querySize), "key_proj.weight", in.weight(matrix));
            case "location" -> {
                NDArray places = in.weight(matrix); // (L, Dq)
                int length = Math.toIntExact(places.getShape().get(0));
                yield bound(in, new LocationScore(length), "location_proj.weight", places);
            }
            case "concat" -> {
                NDArray v = in.weight("v"); // (A)
                ConcatScore concat = new ConcatScore(Math.toIntExact(v.size()));
                in.bind(concat, "energy.weight", v.reshape(1, v.size()));
                yield bound(in, concat, "weight", in.weight(matrix));
            }
            default ->
                    throw new IllegalArgumentException(
                            "the score must be dot, general, concat or location, got " + kind);
        };
    }

    private static <S extends Score> S bound(
            FixtureInputs in, S score, String path, NDArray array) {
        in.bind((Block) score, path, array);
        return score;
    }
}
