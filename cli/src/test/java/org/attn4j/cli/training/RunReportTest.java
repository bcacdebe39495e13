package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.cli.report.Curve;
import org.junit.jupiter.api.Test;

class RunReportTest {

    private static List<Curve.Point> line(long points) {
        return LongStream.rangeClosed(1, points).mapToObj(i -> new Curve.Point(i, i)).toList();
    }

    @Test
    void aLongCurveIsDrawnByMeans() {
        List<Curve.Point> thinned = RunReport.thinned(line(1201)); // three at a time
        assertEquals(401, thinned.size());
        assertEquals(new Curve.Point(3, 2), thinned.get(0));
        assertEquals(new Curve.Point(1201, 1201), thinned.get(400));
    }

    @Test
    void aShortCurveIsDrawnAsItIs() {
        List<Curve.Point> all = line(600);
        assertSame(all, RunReport.thinned(all));
    }
}
