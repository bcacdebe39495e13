package org.attn4j.models.checkpoint.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.ProtobufReader;

/** The operators of a model and its constants: the {@code GraphProto} of ONNX. */
final class OnnxGraph {

    private static final int MOST_PARTS = 100_000;
    private static final int MOST_NAMES = 1_000;
    private static final int MOST_VISITS = 100;
    private static final int MOST_SHAPE = 16;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Node> makers = new HashMap<>();
    private final Map<String, List<Node>> users = new HashMap<>();

    /**
     * An operator.
     *
     * @param value the tensor of a {@code Constant}, null for any other
     */
    record Node(String operator, List<String> inputs, List<String> outputs, OnnxTensor value) {

        String input(int index) {
            return index < inputs.size() ? inputs.get(index) : "";
        }
    }

    /** Reads a {@code ModelProto}. */
    OnnxGraph(ProtobufReader model) {
        boolean found = false;
        for (int field = model.next(); field != 0; field = model.next()) {
            if (field == 7) {
                read(model.message());
                found = true;
            } else {
                model.skip();
            }
        }
        if (!found) {
            throw new IllegalArgumentException("it holds no graph");
        }
        for (Node node : nodes) {
            node.outputs().forEach(name -> makers.put(name, node));
            for (String name : node.inputs()) {
                users.computeIfAbsent(name, unused -> new ArrayList<>()).add(node);
            }
            if (node.operator().equals("Constant") && node.value() != null) {
                tensors.putIfAbsent(node.outputs().get(0), node.value());
            }
        }
    }

    private void read(ProtobufReader graph) {
        for (int field = graph.next(); field != 0; field = graph.next()) {
            switch (field) {
                case 1 -> nodes.add(node(graph.message()));
                case 5 -> {
                    OnnxTensor tensor = OnnxTensor.read(graph.message());
                    if (tensors.put(tensor.name(), tensor) != null) {
                        throw new IllegalArgumentException(
                                "it has two tensors '%s'".formatted(tensor.name()));
                    }
                }
                default -> graph.skip();
            }
            if (nodes.size() + tensors.size() > MOST_PARTS) {
                throw new IllegalArgumentException(
                        "its graph has more than %s parts".formatted(MOST_PARTS));
            }
        }
    }

    private static Node node(ProtobufReader message) {
        String operator = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        OnnxTensor value = null;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 1 -> inputs.add(message.text());
                case 2 -> outputs.add(message.text());
                case 4 -> operator = message.text();
                case 5 -> value = value(message.message(), value);
                default -> message.skip();
            }
            if (inputs.size() + outputs.size() > MOST_NAMES) {
                throw new IllegalArgumentException(
                        "an operator has more than %s inputs and outputs".formatted(MOST_NAMES));
            }
        }
        boolean named = operator.equals("Constant") && outputs.size() == 1;
        return new Node(operator, inputs, outputs, named ? value : null);
    }

    /** The tensor of an attribute, or what there was before. */
    private static OnnxTensor value(ProtobufReader attribute, OnnxTensor before) {
        OnnxTensor found = before;
        for (int field = attribute.next(); field != 0; field = attribute.next()) {
            if (field == 5) {
                found = OnnxTensor.read(attribute.message());
            } else {
                attribute.skip();
            }
        }
        return found;
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, OnnxTensor> tensors() {
        return tensors;
    }

    /** The operators that read a value. */
    List<Node> users(String name) {
        return users.getOrDefault(name, List.of());
    }

    /** The operator that makes a value, or null. */
    Node maker(String name) {
        return makers.get(name);
    }

    /**
     * A shape as an operator is given it: a constant, or put together of constants and of what is
     * known only when the model runs.
     *
     * @return the dimensions, null for each that is not known; empty if nothing is
     */
    List<Long> shape(String name) {
        return shape(name, new int[] {MOST_VISITS});
    }

    private List<Long> shape(String name, int[] visits) {
        OnnxTensor constant = tensors.get(name);
        if (constant != null) {
            boolean small =
                    constant.type() == OnnxTensor.INT64
                            && constant.values().remaining() <= MOST_SHAPE * Long.BYTES;
            return small ? constant.longs() : List.of();
        }
        Node node = makers.get(name);
        if (node == null || --visits[0] < 0) {
            return List.of();
        }
        return switch (node.operator()) {
            case "Unsqueeze", "Cast", "Identity" -> shape(node.input(0), visits);
            case "Concat" -> {
                List<Long> all = new ArrayList<>();
                for (String input : node.inputs()) {
                    List<Long> part = all.size() > MOST_SHAPE ? List.of() : shape(input, visits);
                    if (part.isEmpty()) {
                        all.add(null);
                    } else {
                        all.addAll(part);
                    }
                }
                yield all;
            }
            default -> List.of();
        };
    }
}
