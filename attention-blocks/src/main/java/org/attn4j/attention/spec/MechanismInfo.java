package org.attn4j.attention.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.attn4j.common.Require;

/**
 * What there is to know about a mechanism before choosing it.
 *
 * @param name the name in specifications: lower case, words joined by hyphens
 * @param aliases other names that a reader may look for, such as {@code Bahdanau}
 * @param title the name in prose
 * @param purpose when to choose it
 * @param equation what it computes, in one line of plain text
 * @param paper the paper and its section
 * @param cost what it costs in time and memory
 * @param file the class that holds it
 * @param engines the engines it runs on, and what differs between them
 * @param slots where in a sequence model it may stand; none for a mechanism with inputs of its own
 * @param elsewhere why it stands nowhere else, and where it fits instead; empty if it stands
 *     everywhere
 * @param rotary whether it rotates queries and keys by {@link AttentionSite#rotary()}
 * @param scoreBias whether a bias by position and head in the mask adds to its scores, as ALiBi and
 *     T5's relative positions do
 * @param options what can be set
 */
public record MechanismInfo(
        String name,
        List<String> aliases,
        String title,
        String purpose,
        String equation,
        String paper,
        String cost,
        String file,
        String engines,
        Set<AttentionSlot> slots,
        String elsewhere,
        boolean rotary,
        boolean scoreBias,
        List<MechanismOption> options) {

    public MechanismInfo {
        Require.that(
                name != null && name.matches("[a-z0-9]+(-[a-z0-9]+)*"),
                "a mechanism's name must be lower-case words joined by hyphens, got %s",
                name);
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(purpose, "purpose");
        Objects.requireNonNull(equation, "equation");
        Objects.requireNonNull(paper, "paper");
        Objects.requireNonNull(cost, "cost");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(engines, "engines");
        aliases = List.copyOf(aliases);
        Set<AttentionSlot> ordered = EnumSet.noneOf(AttentionSlot.class);
        ordered.addAll(slots);
        slots = Collections.unmodifiableSet(ordered);
        Objects.requireNonNull(elsewhere, "elsewhere");
        Require.that(
                !elsewhere.isEmpty() || slots.size() >= AttentionSlot.values().length,
                "%s stands in %s only: elsewhere must say why",
                name,
                slots);
        options = List.copyOf(options);
        Require.that(
                options.stream().map(MechanismOption::name).distinct().count() >= options.size(),
                "%s has two options of one name",
                name);
    }

    /**
     * Returns a builder.
     *
     * @param name the name in specifications: lower case, words joined by hyphens
     * @return a new builder, for a mechanism that stands everywhere and runs on both engines
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** Builds a {@link MechanismInfo}. */
    public static final class Builder {

        private final String name;
        private List<String> aliases = List.of();
        private String title;
        private String purpose = "";
        private String equation = "";
        private String paper = "";
        private String cost = "";
        private String file = "";
        private String engines = "PyTorch, MXNet";
        private Set<AttentionSlot> slots = EnumSet.allOf(AttentionSlot.class);
        private String elsewhere = "";
        private boolean rotary;
        private boolean scoreBias;
        private final List<MechanismOption> options = new ArrayList<>();

        private Builder(String name) {
            this.name = name;
            this.title = name;
        }

        /**
         * Sets the name in prose.
         *
         * @param title for instance {@code Multi-head attention}
         * @return this builder
         */
        public Builder setTitle(String title) {
            this.title = title;
            return this;
        }

        /**
         * Sets when to choose it.
         *
         * @param purpose one sentence
         * @return this builder
         */
        public Builder setPurpose(String purpose) {
            this.purpose = purpose;
            return this;
        }

        /**
         * Sets what it computes.
         *
         * @param equation one line of plain text
         * @return this builder
         */
        public Builder setEquation(String equation) {
            this.equation = equation;
            return this;
        }

        /**
         * Sets the paper.
         *
         * @param paper authors, year and section
         * @return this builder
         */
        public Builder setPaper(String paper) {
            this.paper = paper;
            return this;
        }

        /**
         * Sets what it costs.
         *
         * @param cost time and memory by B, T, S, D
         * @return this builder
         */
        public Builder setCost(String cost) {
            this.cost = cost;
            return this;
        }

        /**
         * Sets the class that holds it.
         *
         * @param type the block
         * @return this builder
         */
        public Builder setFile(Class<?> type) {
            return setFile(type.getName());
        }

        Builder setFile(String type) {
            this.file = type;
            return this;
        }

        /**
         * Sets other names that a reader may look for; none unless set.
         *
         * @param aliases such as {@code Bahdanau}
         * @return this builder
         */
        public Builder optAliases(String... aliases) {
            this.aliases = List.of(aliases);
            return this;
        }

        /**
         * Sets the engines; PyTorch and MXNet unless set.
         *
         * @param engines the engines, and what differs between them
         * @return this builder
         */
        public Builder optEngines(String engines) {
            this.engines = engines;
            return this;
        }

        /**
         * Sets where it may stand; everywhere unless set.
         *
         * @param why why it stands nowhere else, and where it fits instead: a sentence that starts
         *     with its subject, as in {@code it looks at later positions}
         * @param slots where; none for a mechanism with inputs of its own
         * @return this builder
         */
        public Builder optSlots(String why, AttentionSlot... slots) {
            this.elsewhere = why;
            this.slots = Set.of(slots);
            return this;
        }

        /**
         * Says that it takes the rotary positions of its site; it does not unless set.
         *
         * @return this builder
         */
        public Builder optRotary() {
            this.rotary = true;
            return this;
        }

        /**
         * Says that a bias by position and head in the mask adds to its scores; it does not unless
         * set.
         *
         * @return this builder
         */
        public Builder optScoreBias() {
            this.scoreBias = true;
            return this;
        }

        /**
         * Adds an option.
         *
         * @param optionName the key in a specification
         * @param type {@code Integer}, {@code Double}, {@code Boolean}, {@code String} or {@code
         *     List}
         * @param defaultValue what it is when it is left out; null if that depends on the site
         * @param description what it sets, in a few words
         * @return this builder
         */
        public Builder addOption(
                String optionName, Class<?> type, Object defaultValue, String description) {
            add(new MechanismOption(optionName, type, defaultValue, description));
            return this;
        }

        void add(MechanismOption option) {
            options.add(option);
        }

        /**
         * Builds the description.
         *
         * @return the description
         */
        public MechanismInfo build() {
            return new MechanismInfo(
                    name, aliases, title, purpose, equation, paper, cost, file, engines, slots,
                    elsewhere, rotary, scoreBias, options);
        }
    }
}
