package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

/**
 * Turns pairs of the first R features of heads, each position by angles of its own (Su et al. 2021,
 * section 3.2.2).
 *
 * @param cos the cosines of the angles, (1, 1, T, R / 2) or (B, 1, T, R / 2)
 * @param sin their sines
 * @param neighbours whether features 2i and 2i + 1 form a pair; i and i + R / 2 if not
 */
public record Rotation(NDArray cos, NDArray sin, boolean neighbours) {

    /**
     * Rotates heads.
     *
     * @param heads (B, N, T, H), with H at least R
     * @return (B, N, T, H)
     */
    public NDArray apply(NDArray heads) {
        long size = 2 * cos.getShape().get(3); // R
        if (heads.getShape().get(3) == size) {
            return rotate(heads);
        }
        NDArray rotated = rotate(heads.get(new NDIndex("..., :{}", size)));
        return rotated.concat(heads.get(new NDIndex("..., {}:", size)), -1);
    }

    private NDArray rotate(NDArray heads) {
        NDArray c = cos.toType(heads.getDataType(), false);
        NDArray s = sin.toType(heads.getDataType(), false);
        return neighbours ? rotateNeighbours(heads, c, s) : rotateHalves(heads, c, s);
    }

    private static NDArray rotateHalves(NDArray heads, NDArray c, NDArray s) {
        NDList halves = heads.split(2, 3); // (B, N, T, R / 2) each
        NDArray first = halves.get(0);
        NDArray second = halves.get(1);
        return first.mul(c).sub(second.mul(s)).concat(second.mul(c).add(first.mul(s)), -1);
    }

    private static NDArray rotateNeighbours(NDArray heads, NDArray c, NDArray s) {
        Shape shape = heads.getShape();
        long pairs = shape.get(3) / 2;
        NDArray paired = heads.reshape(shape.get(0), shape.get(1), shape.get(2), pairs, 2);
        NDList sides = paired.split(2, 4); // (B, N, T, R / 2, 1) each
        NDArray even = sides.get(0).reshape(shape.get(0), shape.get(1), shape.get(2), pairs);
        NDArray odd = sides.get(1).reshape(shape.get(0), shape.get(1), shape.get(2), pairs);
        NDArray evenTurned = even.mul(c).sub(odd.mul(s)).expandDims(-1);
        NDArray oddTurned = odd.mul(c).add(even.mul(s)).expandDims(-1);
        return evenTurned.concat(oddTurned, -1).reshape(shape);
    }
}
