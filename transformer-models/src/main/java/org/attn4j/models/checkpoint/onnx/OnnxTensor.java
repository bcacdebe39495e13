package org.attn4j.models.checkpoint.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.models.checkpoint.ProtobufReader;

/**
 * A constant of a graph: a {@code TensorProto} of ONNX.
 *
 * @param values the bytes of floats, little-endian, a view of the file
 */
record OnnxTensor(String name, int type, long[] shape, ByteBuffer values) {

    /** The data types of ONNX that are read. */
    static final int FLOAT = 1;

    static final int INT64 = 7;

    private static final int MOST_DIMENSIONS = 8;
    private static final int EXTERNAL = 1;

    static OnnxTensor read(ProtobufReader message) {
        String name = "";
        int type = 0;
        List<Long> shape = new ArrayList<>();
        ByteBuffer values = null;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 1 -> Arrays.stream(message.numbers()).forEach(shape::add);
                case 2 -> type = (int) message.number();
                case 4, 9 -> values = once(values, message.slice());
                case 7 -> values = once(values, bytes(message.numbers()));
                case 8 -> name = message.text();
                case 14 -> require(message.number() != EXTERNAL, name, "is kept in another file");
                default -> message.skip();
            }
            require(shape.size() <= MOST_DIMENSIONS, name, "has too many dimensions");
        }
        long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
        ByteBuffer held = values == null ? ByteBuffer.allocate(0) : values;
        if (type == FLOAT || type == INT64) {
            long size = type == FLOAT ? Float.BYTES : Long.BYTES;
            for (long dimension : dimensions) {
                require(dimension >= 0 && dimension <= Integer.MAX_VALUE, name, "has no size");
                size = Math.multiplyExact(size, dimension);
            }
            require(size == held.remaining(), name, "has not the bytes that its shape tells");
        }
        return new OnnxTensor(name, type, dimensions, held.order(ByteOrder.LITTLE_ENDIAN));
    }

    private static ByteBuffer once(ByteBuffer before, ByteBuffer values) {
        require(before == null, "a tensor", "has its values in parts");
        return values;
    }

    private static ByteBuffer bytes(long[] numbers) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(numbers);
        return bytes;
    }

    private static void require(boolean holds, String name, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("tensor '%s' %s".formatted(name, otherwise));
        }
    }

    /** The whole numbers of a small constant. */
    List<Long> longs() {
        LongBuffer numbers = values.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        List<Long> all = new ArrayList<>();
        while (numbers.hasRemaining()) {
            all.add(numbers.get());
        }
        return all;
    }

    boolean isFloat() {
        return type == FLOAT;
    }

    boolean isMatrix() {
        return shape.length == 2;
    }
}
