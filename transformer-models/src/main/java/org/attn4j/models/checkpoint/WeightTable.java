package org.attn4j.models.checkpoint;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attn4j.common.Require;

/**
 * Which tensor of a checkpoint is which parameter of a block, in both directions.
 *
 * <p>A rule pairs a tensor's name with the path of a parameter ({@link BlockParameters}); {@code *}
 * stands for one part of a name without a dot and {@code **} for any text, and corresponds from
 * side to side in order:
 *
 * <pre>{@code
 * WeightTable.builder()
 *     .add("transformer.wte.weight", "embedding.weight")
 *     .add("transformer.h.*.mlp.c_fc.weight", "layers.*.feed_forward.up_proj.weight", TensorLayouts.transposed())
 *     .addFused("transformer.h.*.attn.c_attn.bias", TensorLayouts.rows(),
 *         "layers.*.attention.query_proj.bias",
 *         "layers.*.attention.key_proj.bias",
 *         "layers.*.attention.value_proj.bias")
 *     .alias("**.gamma", "**.weight")
 *     .ignore("transformer.h.*.attn.masked_bias")
 *     .build();
 * }</pre>
 *
 * <p>Earlier rules go before later ones. Rules for parameters that a block does not have are no
 * mistake: one table serves a family. Where a block ties parameters (the same {@link Parameter} on
 * several paths), the first rule names the tensor that is written; the names that further rules
 * give it are read as well.
 */
public final class WeightTable {

    /** Aliases of aliases are followed so far. */
    private static final int MAX_ALIAS_STEPS = 3;

    private static final WeightTable IDENTITY = builder().add("**", "**").build();

    private final List<Rule> rules;
    private final List<Alias> aliases;
    private final List<Alias> ties;
    private final List<NamePattern> ignored;
    private final List<NamePattern> optional;

    private WeightTable(Builder builder) {
        rules = List.copyOf(builder.rules);
        aliases = List.copyOf(builder.aliases);
        ties = List.copyOf(builder.ties);
        ignored = List.copyOf(builder.ignored);
        optional = List.copyOf(builder.optional);
    }

    /**
     * Returns the table that names every tensor by the path of its parameter.
     *
     * @return the identity, for blocks without names of their own on disk
     */
    public static WeightTable identity() {
        return IDENTITY;
    }

    /**
     * Returns a builder.
     *
     * @return a builder of an empty table
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the tensor that holds a parameter.
     *
     * @param parameter the path of the parameter
     * @return the tensor's name, if a rule covers the path
     */
    public Optional<String> tensorOf(String parameter) {
        for (Rule rule : rules) {
            for (NamePattern part : rule.parameters) {
                Optional<List<String>> values = part.match(parameter);
                if (values.isPresent()) {
                    return Optional.of(rule.tensor.fill(values.get()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the parameters that a tensor holds.
     *
     * @param tensor the tensor's name, not an alias
     * @return the paths, several for a fused tensor, none if no rule covers the name
     */
    public List<String> parametersOf(String tensor) {
        for (Rule rule : rules) {
            Optional<List<String>> values = rule.tensor.match(tensor);
            if (values.isPresent()) {
                return rule.parameters.stream().map(part -> part.fill(values.get())).toList();
            }
        }
        return List.of();
    }

    /**
     * A tensor of a block.
     *
     * @param name the name that is written
     * @param layout how the parameters lie in it
     * @param parameters the parameters
     */
    public record Tensor(String name, TensorLayout layout, List<Parameter> parameters) {}

    /**
     * Returns the tensors that a block is written as.
     *
     * @param block the block
     * @return the tensors in the order of the block, tied ones once
     */
    public List<Tensor> tensorsOf(Block block) {
        return bind(BlockParameters.of(block)).bindings().stream()
                .map(it -> new Tensor(it.name(), it.layout(), it.parameters()))
                .toList();
    }

    boolean ignores(String tensor) {
        return ignored.stream().anyMatch(pattern -> pattern.matches(tensor));
    }

    boolean mayLack(String tensor) {
        return optional.stream().anyMatch(pattern -> pattern.matches(tensor));
    }

    /** Finds the tensor of every parameter of a block. */
    Bindings bind(BlockParameters block) {
        List<Binding> bindings = new ArrayList<>();
        List<String> uncovered = new ArrayList<>();
        Set<String> bound = new HashSet<>();
        for (Map.Entry<String, Parameter> entry : block.byPath().entrySet()) {
            if (bound.contains(entry.getKey())) {
                continue;
            }
            List<Binding> found = bindings(block, entry.getValue());
            if (found.isEmpty()) {
                uncovered.add(entry.getKey());
                continue;
            }
            Binding first = found.get(0);
            first.parameters.forEach(parameter -> bound.add(block.pathsOf(parameter).get(0)));
            Set<String> names = new LinkedHashSet<>();
            for (Binding binding : found) {
                if (binding.layout.equals(first.layout)
                        && binding.parameters.equals(first.parameters)) {
                    names.addAll(namesOf(binding.names.get(0)));
                }
            }
            bindings.add(new Binding(List.copyOf(names), first.layout, first.parameters));
        }
        return new Bindings(bindings, uncovered);
    }

    private List<Binding> bindings(BlockParameters block, Parameter parameter) {
        List<Binding> found = new ArrayList<>();
        for (Rule rule : rules) {
            for (String path : block.pathsOf(parameter)) {
                for (NamePattern part : rule.parameters) {
                    part.match(path)
                            .flatMap(values -> rule.bind(block, values))
                            .ifPresent(found::add);
                }
            }
        }
        return found;
    }

    /** All names that are a tensor's own, then those of tensors that it may be read from. */
    private Set<String> namesOf(String tensor) {
        Set<String> own = withAliases(tensor);
        Set<String> names = new LinkedHashSet<>(own);
        for (String name : own) {
            others(ties, name).forEach(other -> names.addAll(withAliases(other)));
        }
        return names;
    }

    private Set<String> withAliases(String tensor) {
        Set<String> names = new LinkedHashSet<>(List.of(tensor));
        List<String> last = List.of(tensor);
        for (int step = 0; step < MAX_ALIAS_STEPS; step++) {
            last = last.stream().flatMap(name -> others(aliases, name).stream()).toList();
            last = last.stream().filter(names::add).toList();
        }
        return names;
    }

    private static List<String> others(List<Alias> aliases, String name) {
        return aliases.stream()
                .flatMap(alias -> alias.name.match(name).map(alias.other::fill).stream())
                .toList();
    }

    /**
     * What a table says of a block.
     *
     * @param bindings the tensors, each with its parameters, in the order of the block
     * @param uncovered the paths of parameters that no rule names
     */
    record Bindings(List<Binding> bindings, List<String> uncovered) {}

    /**
     * One tensor and the parameters in it.
     *
     * @param names the name that is written, then others that are read
     * @param layout how the parameters lie in the tensor
     * @param parameters the parameters
     */
    record Binding(List<String> names, TensorLayout layout, List<Parameter> parameters) {

        String name() {
            return names.get(0);
        }
    }

    private record Rule(NamePattern tensor, TensorLayout layout, List<NamePattern> parameters) {

        /** A fused tensor is bound if the block has all its parts. */
        Optional<Binding> bind(BlockParameters block, List<String> values) {
            List<Parameter> found = new ArrayList<>();
            for (NamePattern part : parameters) {
                Parameter parameter = block.find(part.fill(values));
                if (parameter == null) {
                    return Optional.empty();
                }
                found.add(parameter);
            }
            return Optional.of(new Binding(List.of(tensor.fill(values)), layout, found));
        }
    }

    private record Alias(NamePattern other, NamePattern name) {

        static Alias of(String other, String tensor) {
            NamePattern name = new NamePattern(tensor);
            NamePattern alternative = new NamePattern(other);
            name.requireSameWildcards(alternative);
            return new Alias(alternative, name);
        }
    }

    /** Builds a {@link WeightTable}. */
    public static final class Builder {

        private final List<Rule> rules = new ArrayList<>();
        private final List<Alias> aliases = new ArrayList<>();
        private final List<Alias> ties = new ArrayList<>();
        private final List<NamePattern> ignored = new ArrayList<>();
        private final List<NamePattern> optional = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a tensor that is one parameter as it is.
         *
         * @param tensor the tensor's name, with wildcards
         * @param parameter the parameter's path, with the same wildcards
         * @return this builder
         */
        public Builder add(String tensor, String parameter) {
            return add(tensor, parameter, TensorLayouts.same());
        }

        /**
         * Adds a tensor that is one parameter in another layout.
         *
         * @param tensor the tensor's name, with wildcards
         * @param parameter the parameter's path, with the same wildcards
         * @param layout how the parameter lies in the tensor
         * @return this builder
         */
        public Builder add(String tensor, String parameter, TensorLayout layout) {
            return addFused(tensor, layout, parameter);
        }

        /**
         * Adds a tensor that holds several parameters.
         *
         * @param tensor the tensor's name, with wildcards
         * @param layout how the parameters lie in the tensor
         * @param parameters the parameters' paths, with the same wildcards
         * @return this builder
         */
        public Builder addFused(String tensor, TensorLayout layout, String... parameters) {
            Require.that(
                    parameters.length != 0, "tensor %s must hold at least one parameter", tensor);
            NamePattern name = new NamePattern(tensor);
            List<NamePattern> parts = Arrays.stream(parameters).map(NamePattern::new).toList();
            parts.forEach(name::requireSameWildcards);
            rules.add(new Rule(name, layout, parts));
            return this;
        }

        /**
         * Adds another name that a tensor goes by in some files: an old one, or one without a
         * prefix. It is read where the tensor's own name is absent, and never written.
         *
         * @param other the other name, with wildcards
         * @param tensor the name in the rules, with the same wildcards
         * @return this builder
         */
        public Builder alias(String other, String tensor) {
            aliases.add(Alias.of(other, tensor));
            return this;
        }

        /**
         * Adds another parameter's tensor that this one is tied to, such as the output's of an
         * embedding: some files hold the two under that name alone. It is read where the tensor has
         * none of its own names, aliases among them.
         *
         * @param other the name of the other parameter's tensor, with wildcards
         * @param tensor the name in the rules, with the same wildcards
         * @return this builder
         */
        public Builder tie(String other, String tensor) {
            ties.add(Alias.of(other, tensor));
            return this;
        }

        /**
         * Adds tensors that some files hold and no model needs, such as the buffers of masks.
         *
         * @param tensor the name, with wildcards
         * @return this builder
         */
        public Builder ignore(String tensor) {
            ignored.add(new NamePattern(tensor));
            return this;
        }

        /**
         * Says that a file may lack a tensor: its parameter then keeps what it begins with, such as
         * zeros for a bias.
         *
         * @param tensor the tensor's name in the rules, with wildcards
         * @return this builder
         */
        public Builder optional(String tensor) {
            optional.add(new NamePattern(tensor));
            return this;
        }

        /**
         * Lets names be read with the family's prefix ({@code base_model_prefix}) and without,
         * whichever way an architecture writes them.
         *
         * @param prefix the prefix, with its dot
         * @param base whether this is the base model, which writes its names without the prefix
         * @return this builder
         */
        public Builder baseModelPrefix(String prefix, boolean base) {
            return base ? alias(prefix + "**", "**") : alias("**", prefix + "**");
        }

        /**
         * Adds all that another table says, after what is there already.
         *
         * @param table the table of a part that several families share
         * @return this builder
         */
        public Builder addAll(WeightTable table) {
            rules.addAll(table.rules);
            aliases.addAll(table.aliases);
            ties.addAll(table.ties);
            ignored.addAll(table.ignored);
            optional.addAll(table.optional);
            return this;
        }

        /**
         * Builds the table.
         *
         * @return the table
         */
        public WeightTable build() {
            return new WeightTable(this);
        }
    }
}
