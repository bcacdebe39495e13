package org.attn4j.models.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttentionRolloutTest {

    /**
     * With A₁ = [1 0; ½ ½] and A₂ = [½ ½; 0 1], half of each and half of the identity are [1 0; ¼
     * ¾] and [¾ ¼; 0 1]. Their product A₂·A₁ is [¾+1/16 3/16; ¼ ¾].
     */
    @Test
    void twoLayersOfTwoTokensAreMultipliedByHand() {
        List<double[][]> layers =
                List.of(new double[][] {{1, 0}, {0.5, 0.5}}, new double[][] {{0.5, 0.5}, {0, 1}});
        assertArrayEquals(
                new double[] {0.8125, 0.1875},
                AttentionRollout.back(new double[] {1, 0}, layers),
                0);
        assertArrayEquals(
                new double[] {0.25, 0.75}, AttentionRollout.back(new double[] {0, 1}, layers), 0);
    }

    /** The paper's product from the first layer on, Ã_L ⋯ Ã₁, of whole matrices. */
    @Test
    void aRowIsThatOfTheWholeProduct() {
        int length = 6;
        Random random = new Random(3);
        List<double[][]> layers = new ArrayList<>();
        double[][] product = identity(length);
        for (int layer = 0; layer < 4; layer++) {
            double[][] weights = new double[length][length];
            double[][] mixed = new double[length][length];
            for (int i = 0; i < length; i++) {
                for (int j = 0; j < length; j++) {
                    weights[i][j] = random.nextDouble();
                }
                double sum = Arrays.stream(weights[i]).sum();
                for (int j = 0; j < length; j++) {
                    weights[i][j] /= sum;
                    mixed[i][j] = 0.5 * weights[i][j] + (i == j ? 0.5 : 0);
                }
            }
            layers.add(weights);
            product = times(mixed, product);
        }
        for (int row = 0; row < length; row++) {
            double[] start = new double[length];
            start[row] = 1;
            double[] shares = AttentionRollout.back(start, layers);
            assertArrayEquals(product[row], shares, 1e-15); // a few roundings of numbers below 1
            assertEquals(1, Arrays.stream(shares).sum(), 1e-14);
        }
    }

    private static double[][] identity(int length) {
        double[][] identity = new double[length][length];
        for (int i = 0; i < length; i++) {
            identity[i][i] = 1;
        }
        return identity;
    }

    private static double[][] times(double[][] a, double[][] b) {
        double[][] product = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                for (int k = 0; k < a.length; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }
}
