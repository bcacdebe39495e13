package org.attn4j.cli.compare;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.StepProgress;

/** Collects the training loss, to be drawn. */
final class LossCurve implements RunListener {

    private final List<ComparedRow.Point> steps = new ArrayList<>();

    @Override
    public void onStep(StepProgress progress) {
        steps.add(new ComparedRow.Point(progress.step(), progress.loss()));
    }

    /** At most that many points, each the mean of the steps since the one before. */
    List<ComparedRow.Point> points(int most) {
        int width = Math.max(1, (steps.size() + most - 1) / most);
        List<ComparedRow.Point> points = new ArrayList<>();
        for (int begin = 0; begin < steps.size(); begin += width) {
            List<ComparedRow.Point> part =
                    steps.subList(begin, Math.min(begin + width, steps.size()));
            double mean =
                    part.stream().mapToDouble(ComparedRow.Point::loss).average().orElseThrow();
            points.add(new ComparedRow.Point(part.get(part.size() - 1).step(), mean));
        }
        return points;
    }
}
