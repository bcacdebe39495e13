package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.attention.position.SinusoidalPositions.Layout;

/** Dump {@code sinusoidal_positions}: the table in the layouts that it holds. */
final class SinusoidalCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("sinusoidal");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Map<String, NDArray> results = new LinkedHashMap<>();
        for (Layout layout : Layout.values()) {
            String name = layout.name().toLowerCase(Locale.ROOT);
            if (in.fixture().has("out/" + name)) {
                Shape table = in.fixture().shape("out/" + name); // (T, D)
                SinusoidalPositions positions =
                        SinusoidalPositions.builder()
                                .setSize((int) table.get(1))
                                .optLayout(layout)
                                .build();
                results.put(name, positions.encode(in.manager(), 0, table.get(0)));
            }
        }
        return results;
    }
}
