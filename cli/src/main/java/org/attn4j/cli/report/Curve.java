package org.attn4j.cli.report;

import java.util.List;

/**
 * A line of a chart.
 *
 * @param name what is drawn
 * @param points its points, from left to right
 */
public record Curve(String name, List<Point> points) {

    /**
     * A point of a curve.
     *
     * @param step the training step
     * @param value the value after it
     */
    public record Point(long step, double value) {}

    public Curve {
        points = List.copyOf(points);
    }
}
