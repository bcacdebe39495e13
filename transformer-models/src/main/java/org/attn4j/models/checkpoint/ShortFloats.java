package org.attn4j.models.checkpoint;

/** Floats of 16 bits, rounded to the nearest, ties to even, as PyTorch rounds them. */
final class ShortFloats {

    private ShortFloats() {}

    /** The upper half of a float32; a NaN stays one. */
    static short toBrainFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        boolean nan = (bits & 0x7fffffff) > 0x7f800000;
        int rounded = nan ? bits | 0x00400000 : bits + 0x7fff + (bits >>> 16 & 1);
        return (short) (rounded >>> 16);
    }

    static float fromBrainFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** IEEE half precision: 5 bits of exponent, 10 of fraction; too large becomes infinite. */
    static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        int half;
        if (magnitude > 0x7f800000) { // not a number
            half = 0x7e00 | magnitude >>> 13 & 0x1ff;
        } else if (magnitude >= 0x477ff000) { // from 65520 on
            half = 0x7c00;
        } else if (magnitude >= 0x38800000) { // from 2^-14 on: normal
            int rebiased = magnitude - 0x38000000;
            half = rebiased + 0xfff + (rebiased >>> 13 & 1) >>> 13;
        } else if (magnitude >= 0x33000000) { // from 2^-25 on: a multiple of 2^-24
            half = shiftToNearest(magnitude & 0x7fffff | 0x800000, 126 - (magnitude >>> 23));
        } else {
            half = 0;
        }
        return (short) (sign | half);
    }

    private static int shiftToNearest(int value, int bits) {
        int quotient = value >>> bits;
        int rest = value & (1 << bits) - 1;
        int middle = 1 << bits - 1;
        boolean up = rest > middle || rest == middle && (quotient & 1) == 1;
        return up ? quotient + 1 : quotient;
    }

    static float fromHalf(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 31 ? 0x7f800000 : exponent + 112 << 23;
        return Float.intBitsToFloat(sign | wide | fraction << 13);
    }
}
