package org.attn4j.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ProtobufMessage;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorType;

/**
 * An ONNX model that is put together node by node, in the order in which they compute, and written.
 * Field numbers are those of ONNX's {@code onnx.proto3}.
 */
final class OnnxModel {

    /** The domain of ONNX Runtime's own operators. */
    static final String RUNTIME = "com.microsoft";

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17; // the first one with LayerNormalization
    private static final int RUNTIME_OPSET = 1;

    /** What a reader of protocol buffers takes. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private static final int FLOAT32 = 1;
    private static final int INT64 = 7;

    private final ProtobufMessage graph = new ProtobufMessage().text(2, "model");
    private final Set<String> weights = new HashSet<>();
    private int nodes;

    /** Declares an input of int64, and returns its name. */
    String input(String name, long... shape) {
        graph.message(11, value(name, INT64, shape));
        return name;
    }

    /** Declares a tensor to be an output of float32. */
    void output(String name, long... shape) {
        graph.message(12, value(name, FLOAT32, shape));
    }

    /** Adds a weight, once however often it is asked for, and returns its name. */
    String weight(TensorContent content) {
        Require.that(
                content.type() == TensorType.F32,
                "weights must be F32, got %s of type %s",
                content.name(),
                content.type());
        if (weights.add(content.name())) {
            ProtobufMessage tensor = tensor(content.name(), FLOAT32, content.shape().getShape());
            graph.message(5, tensor.values(9, content));
        }
        return content.name();
    }

    /** Adds a constant (K) of int64, and returns its name. */
    String integers(String name, long... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        graph.message(5, tensor(name, INT64, values.length).data(9, bytes.array()));
        return name;
    }

    /** Begins a node of an operator of ONNX. */
    Node node(String operator) {
        return new Node(operator, "");
    }

    /** Begins a node of an operator of ONNX Runtime. */
    Node runtimeNode(String operator) {
        return new Node(operator, RUNTIME);
    }

    /** A node with its attributes; it is part of the model when it knows its inputs. */
    final class Node {

        private final ProtobufMessage node;

        private Node(String operator, String domain) {
            node = new ProtobufMessage().text(4, operator).text(7, domain);
        }

        Node with(String attribute, long value) {
            node.message(
                    5, new ProtobufMessage().text(1, attribute).number(20, 2).number(3, value));
            return this;
        }

        Node with(String attribute, float value) {
            node.message(5, new ProtobufMessage().text(1, attribute).number(20, 1).real(2, value));
            return this;
        }

        /** Adds the node, and returns the name of what it gives. */
        String of(String... inputs) {
            String output = "node." + nodes++;
            for (String input : inputs) {
                node.text(1, input);
            }
            graph.message(1, node.text(2, output));
            return output;
        }
    }

    /**
     * Writes the model.
     *
     * @throws IllegalArgumentException if it is larger than a message of protocol buffers may be
     */
    void writeTo(Path file) throws IOException {
        ProtobufMessage model =
                new ProtobufMessage()
                        .number(1, IR_VERSION)
                        .message(8, opset("", OPSET))
                        .message(8, opset(RUNTIME, RUNTIME_OPSET))
                        .message(7, graph);
        Require.that(
                model.length() <= MAX_BYTES,
                "an ONNX file may have %s bytes, got %s",
                MAX_BYTES,
                model.length());
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            model.writeTo(channel);
        }
    }

    private static ProtobufMessage opset(String domain, int version) {
        return new ProtobufMessage().text(1, domain).number(2, version);
    }

    private static ProtobufMessage tensor(String name, int type, long... shape) {
        ProtobufMessage tensor = new ProtobufMessage();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name);
    }

    private static ProtobufMessage value(String name, int type, long... shape) {
        ProtobufMessage sizes = new ProtobufMessage();
        for (long size : shape) {
            sizes.message(1, new ProtobufMessage().number(1, size));
        }
        ProtobufMessage tensor = new ProtobufMessage().number(1, type).message(2, sizes);
        return new ProtobufMessage()
                .text(1, name)
                .message(2, new ProtobufMessage().message(1, tensor));
    }
}
