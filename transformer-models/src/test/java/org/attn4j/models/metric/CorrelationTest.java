package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CorrelationTest {

    @Test
    void pearsonIsCovarianceOverDeviations() {
        // x - 2 = (-1, 0, 1), y - 3 = (-2, 1, 1): 3 / (√2 √6)
        assertEquals(
                3 / Math.sqrt(12),
                Correlation.pearson(new double[] {1, 2, 3}, new double[] {1, 4, 4}),
                1e-12);
    }

    @Test
    void spearmanLooksAtTheOrderAlone() {
        double[] x = {3, -1, 100, 7};
        assertEquals(1, Correlation.spearman(x, new double[] {0.3, 0.1, 0.9, 0.31}), 1e-12);
        assertEquals(-1, Correlation.spearman(x, new double[] {-3, 1, -100, -7}), 1e-12);
        // without ties 1 - 6 Σd² / n(n² - 1): ranks 2 1 4 3 and 1 2 4 3, Σd² = 2
        assertEquals(
                1 - 6 * 2 / (4 * 15.0), Correlation.spearman(x, new double[] {1, 2, 9, 3}), 1e-12);
    }

    @Test
    void equalNumbersShareTheirMeanRank() {
        // ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5
        assertEquals(
                4.5 / Math.sqrt(4.5 * 5),
                Correlation.spearman(new double[] {1, 2, 2, 5}, new double[] {1, 2, 3, 4}),
                1e-12);
    }

    @Test
    void aConstantHasNoCorrelation() {
        assertEquals(Double.NaN, Correlation.spearman(new double[] {1, 1}, new double[] {1, 2}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Correlation.pearson(new double[] {1, 2}, new double[] {1}));
    }
}
