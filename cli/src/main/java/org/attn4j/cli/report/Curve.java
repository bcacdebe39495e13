package org.attn4j.cli.report;

import java.util.ArrayList;
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

    /** The same line with at most so many points: each the mean of some that follow one another. */
    public Curve thinned(int most) {
        int together = (points.size() + most - 1) / most;
        if (together <= 1) {
            return this;
        }
        List<Point> thinned = new ArrayList<>();
        for (int from = 0; from < points.size(); from += together) {
            List<Point> some = points.subList(from, Math.min(points.size(), from + together));
            double mean = some.stream().mapToDouble(Point::value).average().orElseThrow();
            thinned.add(new Point(some.get(some.size() - 1).step(), mean));
        }
        return new Curve(name, thinned);
    }
}
