package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.WritableByteChannel;
import org.attn4j.common.Require;

/**
 * An array that is written as a tensor, piece by piece, from the engine's memory.
 *
 * @param name the tensor's name
 * @param array the values
 * @param type the type in the file
 */
record ArrayContent(String name, NDArray array, TensorType type) implements TensorContent {

    private static final int PIECE = 1 << 28;

    ArrayContent {
        TensorType own = TensorType.of(array.getDataType());
        boolean floats =
                array.getDataType().isFloating()
                        && type.isReadable()
                        && type.dataType().isFloating();
        Require.that(
                own == type || floats,
                "tensor %s can be saved as %s only, got type=%s",
                name,
                own,
                type);
    }

    @Override
    public Shape shape() {
        return array.getShape();
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        long elements = array.size();
        long step = PIECE / Math.max(type.bytes(), array.getDataType().getNumOfBytes());
        try (NDManager scratch = array.getManager().newSubManager()) {
            NDArray values = array.stopGradient();
            values.attach(scratch);
            if (elements <= step) {
                writePiece(values, channel);
                return;
            }
            NDArray flat = values.reshape(-1);
            for (long at = 0; at < elements; at += step) {
                try (NDArray piece =
                        flat.get(new NDIndex("{}:{}", at, Math.min(elements, at + step)))) {
                    writePiece(piece, channel);
                }
            }
        }
    }

    private void writePiece(NDArray values, WritableByteChannel channel) throws IOException {
        if (values.size() == 0) {
            return;
        }
        // The buffer may be the array's own memory: the array is in use until the last byte is out.
        NDArray cast = values.toType(type.dataType(), false);
        ByteBuffer bytes = cast.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
        AtomicFile.writeFully(channel, type == TensorType.BF16 ? roundToBrainFloat(bytes) : bytes);
        if (cast != values) {
            cast.close();
        }
    }

    /** Rounds to the nearest, ties to even, as PyTorch does; a NaN stays one. */
    static ByteBuffer roundToBrainFloat(ByteBuffer floats) {
        FloatBuffer source = floats.asFloatBuffer();
        ByteBuffer target =
                ByteBuffer.allocateDirect(source.remaining() * 2).order(ByteOrder.LITTLE_ENDIAN);
        ShortBuffer halves = target.asShortBuffer();
        for (int i = 0, n = source.remaining(); i < n; i++) {
            halves.put(i, ShortFloats.toBrainFloat(source.get(i)));
        }
        return target;
    }
}
