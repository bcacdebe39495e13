package org.attn4j.cli.explain;

import java.util.List;
import org.attn4j.cli.report.Section;

/**
 * A lesson as it is read, from top to bottom.
 *
 * @param title its heading
 * @param steps its parts
 */
record Explanation(String title, List<Section.Worked> steps) {

    Explanation {
        steps = List.copyOf(steps);
    }
}
