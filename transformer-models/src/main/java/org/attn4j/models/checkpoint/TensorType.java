package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.DataType;
import org.attn4j.common.Require;

/**
 * The element types of the safetensors format, in the order its reference writer ranks them (ties
 * are broken by name, higher ranks come first in a file).
 *
 * <p>{@link #dataType()} is the type of the array that a tensor is read into. Where the engines
 * have no such type, the next wider one that holds every value is used: bfloat16 becomes float32,
 * 16-bit integers become int32, unsigned 32-bit ones int64. Floats of 8 bits and fewer and complex
 * numbers are known by size, so that files that hold them can be listed and copied, but cannot be
 * read into arrays.
 */
public enum TensorType {
    /** One byte, 0 or 1. */
    BOOL(8, DataType.BOOLEAN),
    /** 4-bit float, two in a byte; listed and copied only. */
    F4(4, null),
    /** 6-bit float with 2 exponent bits, four in three bytes; listed and copied only. */
    F6_E2M3(6, null),
    /** 6-bit float with 3 exponent bits, four in three bytes; listed and copied only. */
    F6_E3M2(6, null),
    /** Unsigned 8-bit integer. */
    U8(8, DataType.UINT8),
    /** Signed 8-bit integer. */
    I8(8, DataType.INT8),
    /** 8-bit float with 5 exponent bits; listed and copied only. */
    F8_E5M2(8, null),
    /** 8-bit float with 4 exponent bits; listed and copied only. */
    F8_E4M3(8, null),
    /** 8-bit power of two; listed and copied only. */
    F8_E8M0(8, null),
    /** 8-bit float with 4 exponent bits, without infinities; listed and copied only. */
    F8_E4M3FNUZ(8, null),
    /** 8-bit float with 5 exponent bits, without infinities; listed and copied only. */
    F8_E5M2FNUZ(8, null),
    /** Signed 16-bit integer, read as int32. */
    I16(16, DataType.INT32),
    /** Unsigned 16-bit integer, read as int32. */
    U16(16, DataType.INT32),
    /** IEEE half precision. */
    F16(16, DataType.FLOAT16),
    /** The upper half of a float32, read as float32. */
    BF16(16, DataType.FLOAT32),
    /** Signed 32-bit integer. */
    I32(32, DataType.INT32),
    /** Unsigned 32-bit integer, read as int64. */
    U32(32, DataType.INT64),
    /** IEEE single precision. */
    F32(32, DataType.FLOAT32),
    /** Complex number of two float32; listed and copied only. */
    C64(64, null),
    /** IEEE double precision. */
    F64(64, DataType.FLOAT64),
    /** Signed 64-bit integer. */
    I64(64, DataType.INT64),
    /** Unsigned 64-bit integer, read as int64; values of 2^63 and more are refused. */
    U64(64, DataType.INT64);

    private final int bits;
    private final DataType dataType;

    TensorType(int bits, DataType dataType) {
        this.bits = bits;
        this.dataType = dataType;
    }

    /**
     * Returns the size of one element in a file.
     *
     * @return the number of bits, not always of whole bytes
     */
    public int bits() {
        return bits;
    }

    /**
     * Returns the size of one element of a readable type in a file.
     *
     * @return the number of bytes
     */
    int bytes() {
        return bits / Byte.SIZE;
    }

    /**
     * Returns whether tensors of this type can be read into arrays.
     *
     * @return false for types that can only be listed and copied
     */
    public boolean isReadable() {
        return dataType != null;
    }

    /**
     * Returns the type of the array that a tensor of this type is read into.
     *
     * @return the engine's type
     * @throws IllegalArgumentException if no array can hold it
     */
    public DataType dataType() {
        Require.that(dataType != null, "tensors of type %s cannot be read into an array", this);
        return dataType;
    }

    /**
     * Returns the engines' name of the type itself, which is not always one that arrays can have.
     *
     * @return the type, {@link DataType#UNKNOWN} where there is none
     */
    DataType storedType() {
        return switch (this) {
            case BF16 -> DataType.BFLOAT16;
            case I16 -> DataType.INT16;
            case U16 -> DataType.UINT16;
            case U32 -> DataType.UINT32;
            case U64 -> DataType.UINT64;
            default -> dataType == null ? DataType.UNKNOWN : dataType;
        };
    }

    /**
     * Returns the type that an array is stored as.
     *
     * @param dataType the type of the array
     * @return the type in the file
     * @throws IllegalArgumentException if the format has no such type
     */
    public static TensorType of(DataType dataType) {
        return switch (dataType) {
            case BOOLEAN -> BOOL;
            case UINT8 -> U8;
            case INT8 -> I8;
            case INT32 -> I32;
            case INT64 -> I64;
            case FLOAT16 -> F16;
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            default ->
                    throw new IllegalArgumentException(
                            "arrays of type "
                                    + dataType
                                    + " cannot be saved as safetensors; cast them first");
        };
    }
}
