package org.attn4j.models.family.transformer;

/**
 * Which column of the sinusoidal table holds which wave. Published models differ in the order of
 * the columns and, a little, in the wavelengths.
 */
public enum SinusoidLayout {
    /** sin, cos, sin, cos …; wavelengths {@code 2π 10000^(2i/D)}: the paper's formula. */
    INTERLEAVED,
    /** All sines, then all cosines; the paper's wavelengths, as in Marian. */
    CONCATENATED,
    /**
     * All sines, then all cosines; wavelengths {@code 2π 10000^(i/(D/2-1))}, as in tensor2tensor,
     * fairseq and OpenNMT.
     */
    TENSOR2TENSOR
}
