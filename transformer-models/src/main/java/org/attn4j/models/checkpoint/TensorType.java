package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.DataType;

/**
 * The element types of the safetensors format, in the order its reference writer ranks them (ties
 * are broken by name, higher ranks come first in a file).
 *
 * <p>{@link #dataType()} is the type of the array that a tensor is read into. Where the engines
 * have no such type, the next wider one that holds every value is used: bfloat16 becomes float32,
 * 16-bit integers become int32, unsigned 32-bit ones int64. The 8-bit floats are known by size, so
 * that files that hold them can be listed and copied, but cannot be read into arrays.
 */
public enum TensorType {
    /** One byte, 0 or 1. */
    BOOL(1, DataType.BOOLEAN),
    /** Unsigned 8-bit integer. */
    U8(1, DataType.UINT8),
    /** Signed 8-bit integer. */
    I8(1, DataType.INT8),
    /** 8-bit float with 5 exponent bits; listed and copied only. */
    F8_E5M2(1, null),
    /** 8-bit float with 4 exponent bits; listed and copied only. */
    F8_E4M3(1, null),
    /** 8-bit power of two; listed and copied only. */
    F8_E8M0(1, null),
    /** Signed 16-bit integer, read as int32. */
    I16(2, DataType.INT32),
    /** Unsigned 16-bit integer, read as int32. */
    U16(2, DataType.INT32),
    /** IEEE half precision. */
    F16(2, DataType.FLOAT16),
    /** The upper half of a float32, read as float32. */
    BF16(2, DataType.FLOAT32),
    /** Signed 32-bit integer. */
    I32(4, DataType.INT32),
    /** Unsigned 32-bit integer, read as int64. */
    U32(4, DataType.INT64),
    /** IEEE single precision. */
    F32(4, DataType.FLOAT32),
    /** IEEE double precision. */
    F64(8, DataType.FLOAT64),
    /** Signed 64-bit integer. */
    I64(8, DataType.INT64),
    /** Unsigned 64-bit integer, read as int64; values of 2^63 and more are refused. */
    U64(8, DataType.INT64);

    private final int bytes;
    private final DataType dataType;

    TensorType(int bytes, DataType dataType) {
        this.bytes = bytes;
        this.dataType = dataType;
    }

    /**
     * Returns the size of one element in a file.
     *
     * @return the number of bytes
     */
    public int bytes() {
        return bytes;
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
        if (dataType == null) {
            throw new IllegalArgumentException(
                    "tensors of type " + this + " cannot be read into an array");
        }
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
