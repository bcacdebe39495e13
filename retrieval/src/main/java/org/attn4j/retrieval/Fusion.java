package org.attn4j.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/** Makes one ranking of several. */
public final class Fusion {

    /** The constant of Cormack et al. */
    public static final int DEFAULT_K = 60;

    private Fusion() {}

    /**
     * Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): a passage has the sum of 1 / (k +
     * rank) over the rankings that have it, ranks from 1. Of equal ones, that which stands first in
     * the earlier ranking is first.
     *
     * @param rankings the rankings, the best first, each passage once; scores are not looked at
     * @param k the constant, at least 0: the greater, the less the first ranks count
     * @return one ranking of all passages, with their sums
     */
    public static List<Hit> reciprocalRank(List<List<Hit>> rankings, int k) {
        Require.atLeast("k", k, 0);
        Map<Passage, Double> sums = new LinkedHashMap<>();
        for (List<Hit> ranking : rankings) {
            for (int i = 0; i < ranking.size(); i++) {
                sums.merge(ranking.get(i).passage(), 1.0 / (k + i + 1), Double::sum);
            }
        }
        List<Hit> fused = new ArrayList<>();
        sums.forEach((passage, sum) -> fused.add(new Hit(passage, sum)));
        fused.sort(Comparator.comparingDouble(Hit::score).reversed()); // a stable sort
        return fused;
    }
}
