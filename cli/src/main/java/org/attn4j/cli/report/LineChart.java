package org.attn4j.cli.report;

import java.util.List;

/**
 * Curves over the same axes.
 *
 * @param title what they show
 * @param x what the points are counted by, such as {@code step}
 * @param y the unit of the values, such as {@code nats per token}
 * @param curves those without a point are left out
 */
public record LineChart(String title, String x, String y, List<Curve> curves) {

    public LineChart {
        curves = curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
    }

    /** Whether there is a line to draw, rather than single points. */
    boolean isDrawn() {
        return curves.stream().anyMatch(curve -> curve.points().size() > 1);
    }
}
