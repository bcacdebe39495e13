package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/** Makes the arrays of masks. */
final class Realisation {

    private Realisation() {}

    /** The arrays of a mask that hides something, and nothing else on the manager. */
    static MaskArrays of(AttentionMask mask, NDManager manager, long queries, long keys) {
        boolean alwaysSeeing = !mask.hasArrays() && queries <= keys;
        NDList made =
                Temporaries.FREED.ofList(
                        () -> {
                            Optional<NDArray> bias = mask.bias();
                            NDArray visible = visible(mask, bias, manager, queries, keys);
                            NDArray hidden = MaskArrays.additive(visible);
                            NDArray additive = bias.map(b -> biased(hidden, b)).orElse(hidden);
                            return alwaysSeeing
                                    ? new NDList(visible, additive)
                                    : new NDList(
                                            visible, additive, visible.max(new int[] {-1}, true));
                        });
        made.attach(manager);
        return new MaskArrays(made.get(0), made.get(1), made.size() > 2 ? made.get(2) : null);
    }

    /** Ones and zeros, broadcastable to (B, N, T, S). */
    private static NDArray visible(
            AttentionMask mask,
            Optional<NDArray> bias,
            NDManager manager,
            long queries,
            long keys) {
        NDArray visible = band(mask.band(), manager, queries, keys);
        for (AttentionMask part : mask.parts()) {
            if (part instanceof AttentionMask.Keys of) {
                checkKeys(of.visible().getShape(), keys);
                visible = visible.mul(ones(of.visible().reshape(-1, 1, 1, keys)));
            } else if (part instanceof AttentionMask.Dense of) {
                checkPairs(of.visible().getShape(), queries, keys);
                visible = visible.mul(ones(of.visible()));
            }
        }
        if (bias.isPresent()) {
            checkPairs(bias.get().getShape(), queries, keys);
            visible = visible.mul(ones(bias.get().gte(-Float.MAX_VALUE)));
        }
        return visible;
    }

    private static NDArray band(
            AttentionMask.Band band, NDManager manager, long queries, long keys) {
        if (band.isAll()) {
            return manager.ones(new Shape(1, 1, 1, 1));
        }
        NDArray query = manager.arange((float) (keys - queries), keys, 1).reshape(1, 1, queries, 1);
        NDArray key = manager.arange(0f, keys, 1).reshape(1, 1, 1, keys);
        NDArray distance = key.sub(query); // (1, 1, T, S)
        NDArray visible = ones(distance.lte(Math.min(band.after(), keys)));
        return band.before() == AttentionMask.Band.UNLIMITED
                ? visible
                : visible.mul(ones(distance.gte(-band.before())));
    }

    private static NDArray ones(NDArray condition) {
        return condition.toType(DataType.FLOAT32, false);
    }

    private static NDArray biased(NDArray hidden, NDArray bias) {
        DataType type =
                bias.getDataType() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
        return hidden.toType(type, false)
                .add(bias.toType(type, false).clip(MaskArrays.FLOOR, Float.MAX_VALUE));
    }

    private static void checkKeys(Shape visible, long keys) {
        Require.that(
                visible.get(1) == keys, "the key mask is %s but there are %s keys", visible, keys);
    }

    private static void checkPairs(Shape shape, long queries, long keys) {
        boolean fits =
                (shape.get(2) == 1 || shape.get(2) == queries)
                        && (shape.get(3) == 1 || shape.get(3) == keys);
        Require.that(
                fits, "the mask is %s but there are %s queries and %s keys", shape, queries, keys);
    }
}
