package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.LocalAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.Score;

/** Dumps {@code luong_local_…}: monotonic and predicted windows. */
final class LocalAttentionCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("luong_local") && fixture.hasAll("in/h_t", "in/h_s");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        boolean predictive = in.hasWeight("W_p");
        LocalAttention block = block(in, predictive);
        NDArray query = in.array("h_t"); // (B, T, D)
        AttentionInputs inputs =
                AttentionInputs.cross(query, in.array("h_s")).withMask(in.keys("mask"));
        Seen seen = Seen.of(block, in, inputs);
        Shape shape = in.fixture().shape("out/p"); // (B, T)
        NDArray centre = block.centres(in.parameters(), inputs, true).broadcast(shape);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("p", centre);
        results.put("window", window(in, centre));
        results.put("weights", seen.weights().squeeze(1));
        results.put("context", block.attend(in.parameters(), inputs, true).context());
        results.put("context@seen", seen.context());
        if (predictive) {
            AttentionInputs placed = inputs.withPositions(centre);
            LocalAttention aligned = block(in, false); // with windows given: no distances
            Seen align = Seen.of(aligned, in, placed);
            results.put("align", align.weights().squeeze(1));
        } else {
            results.put("align", seen.weights().squeeze(1));
        }
        return results;
    }

    private static LocalAttention block(FixtureInputs in, boolean predictive) {
        Score score = score(in);
        int halfWidth = in.fixture().integer("D");
        if (!predictive) {
            return LocalAttention.monotonic(score, halfWidth, 0);
        }
        NDArray energy = in.weight("v_p"); // (A)
        double deviation = in.fixture().number("sigma", 0);
        LocalAttention block =
                LocalAttention.predictive(
                        score, halfWidth, Math.toIntExact(energy.size()), deviation, 0);
        in.bind(block, "position_proj.weight", in.weight("W_p"));
        in.bind(block, "position_energy.weight", energy.reshape(1, energy.size()));
        return block;
    }

    /** The score that the weights tell. */
    private static Score score(FixtureInputs in) {
        String matrix = in.hasWeight("W") ? "W" : "W_a";
        if (!in.hasWeight(matrix)) {
            return new DotScore();
        }
        NDArray weight = in.weight(matrix);
        if (in.hasWeight("v")) {
            NDArray energy = in.weight("v"); // (A)
            ConcatScore concat = new ConcatScore(Math.toIntExact(energy.size()));
            in.bind(concat, "weight", weight);
            in.bind(concat, "energy.weight", energy.reshape(1, energy.size()));
            return concat;
        }
        GeneralScore score = new GeneralScore(Math.toIntExact(weight.getShape().get(0)));
        in.bind(score, "key_proj.weight", weight);
        return score;
    }

    /** Which visible keys lie in the windows, (B, T, S). */
    private static NDArray window(FixtureInputs in, NDArray centre) {
        Shape shape = in.fixture().shape("out/window");
        NDArray place = in.manager().arange(0f, shape.get(2), 1).reshape(1, 1, shape.get(2));
        NDArray inside =
                place.sub(centre.stopGradient().expandDims(2))
                        .abs()
                        .lte(in.fixture().integer("D"))
                        .toType(DataType.FLOAT32, false);
        if (in.has("mask")) {
            inside = inside.mul(in.array("mask").toType(DataType.FLOAT32, false).expandDims(1));
        }
        return inside.toType(DataType.BOOLEAN, false);
    }
}
