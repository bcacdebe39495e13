package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.RotaryEmbedding.Layout;

/** Dumps {@code rope_…}: frequencies, angles, and turned queries and keys. */
final class RotaryCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("rope_")
                && fixture.hasAll("in/q", "in/k", "in/position_ids");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        boolean interleaved = fixture.name().contains("interleaved");
        NDArray query = in.array("q"); // (B, N, T, H)
        RotaryEmbedding.Builder builder =
                RotaryEmbedding.builder()
                        .setSize(
                                fixture.integer(
                                        "rotary_dim", Math.toIntExact(query.getShape().get(3))))
                        .optBase(fixture.number("theta", 10000))
                        .optLayout(interleaved ? Layout.INTERLEAVED : Layout.HALVES);
        for (String key : List.of("scaling_factor", "factor", "scaling", "linear_scaling")) {
            builder.optLinearScaling(fixture.number(key, 1));
            if (fixture.param(key) != null) {
                break;
            }
        }
        RotaryEmbedding rotary = builder.build();
        NDArray positions = in.array("position_ids"); // (B, T)
        NDArray angles = rotary.angles(in.manager(), positions).squeeze(1); // (B, T, R / 2)
        return Map.of(
                "inv_freq",
                        HostArrays.of(
                                in.manager(),
                                rotary.frequencies(),
                                new Shape(rotary.frequencies().length)),
                "cos", twice(angles.cos(), interleaved),
                "sin", twice(angles.sin(), interleaved),
                "q_rot", rotary.apply(query, positions),
                "k_rot", rotary.apply(in.array("k"), positions));
    }

    /** Dumps have the angle of a pair at each of its two features. */
    private static NDArray twice(NDArray pairs, boolean interleaved) {
        if (!interleaved) {
            return pairs.concat(pairs, -1);
        }
        Shape shape = pairs.getShape();
        NDArray column = pairs.expandDims(-1);
        return column.concat(column, -1).reshape(shape.get(0), shape.get(1), 2 * shape.get(2));
    }
}
