package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CurveTest {

    private static Curve line(long points) {
        return new Curve(
                "line",
                LongStream.rangeClosed(1, points).mapToObj(i -> new Curve.Point(i, i)).toList());
    }

    @Test
    void aLongCurveIsDrawnByMeans() {
        Curve thinned = line(1201).thinned(600); // three at a time
        assertEquals(401, thinned.points().size());
        assertEquals(new Curve.Point(3, 2), thinned.points().get(0));
        assertEquals(new Curve.Point(1201, 1201), thinned.points().get(400));
    }

    @Test
    void aShortCurveIsDrawnAsItIs() {
        Curve all = line(600);
        assertSame(all, all.thinned(600));
    }
}
