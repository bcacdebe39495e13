package org.attn4j.cli.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.config.TranslationModel;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.common.Require;
import org.attn4j.models.family.transformer.TransformerAttention;

/**
 * A mechanism in a comparison, and where it stands.
 *
 * @param spec the mechanism and its options
 * @param slots the slots it takes; what stands in the others is the configuration's
 */
record Contender(AttentionSpec spec, List<AttentionSlot> slots) {

    /** Stands for every mechanism that fits one of the slots. */
    static final String ALL = "all";

    Contender {
        slots = List.copyOf(slots);
    }

    /** What the table calls it. */
    String label() {
        return spec.options().isEmpty()
                ? spec.mechanism()
                : spec.mechanism()
                        + spec.options().entrySet().stream()
                                .map(option -> option.getKey() + "=" + option.getValue())
                                .collect(Collectors.joining(" ", " (", ")"));
    }

    /** What its files are called. */
    String fileName() {
        return label().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("-$", "");
    }

    /** The configuration with this mechanism in its slots. */
    TranslationConfig in(TranslationConfig config) {
        TransformerAttention attention = config.transformer().attention();
        for (AttentionSlot slot : slots) {
            attention = attention.with(slot, spec);
        }
        return config.withModel(
                new TranslationModel.Transformer(
                        config.transformer().toBuilder().optAttention(attention).build()));
    }

    /**
     * Reads what {@code --places} says.
     *
     * @param names names of slots, {@code self} for both self-attentions; none for all
     */
    static List<AttentionSlot> slots(List<String> names) {
        List<AttentionSlot> slots = new ArrayList<>();
        for (String name : names) {
            String wanted = name.strip().replace("-", "").replace("_", "");
            boolean self = wanted.equalsIgnoreCase("self");
            boolean known = false;
            for (AttentionSlot slot : AttentionSlot.values()) {
                String own = slot.label().replace("-", "");
                if (own.equalsIgnoreCase(wanted) || self && slot != AttentionSlot.CROSS) {
                    slots.add(slot);
                    known = true;
                }
            }
            Require.that(
                    known,
                    "unknown place '%s': use self, encoder-self, decoder-self or cross",
                    name);
        }
        return slots.isEmpty()
                ? List.of(AttentionSlot.values())
                : slots.stream().distinct().sorted().toList();
    }

    /**
     * Reads what {@code --mechanisms} says.
     *
     * @param text names or maps such as {@code {mechanism: sparse, window: 16}}, separated by
     *     commas; {@code all} for every mechanism that fits
     * @param asked the slots that may be taken
     * @throws IllegalArgumentException if one is unknown, or fits none of the slots: then with the
     *     reason and the slots where it fits
     */
    static List<Contender> parse(String text, List<AttentionSlot> asked) {
        List<Contender> contenders = new ArrayList<>();
        for (String item : items(text)) {
            if (item.equals(ALL)) {
                Mechanisms.all().stream()
                        .map(provider -> of(AttentionSpec.named(provider.info().name()), asked))
                        .filter(Objects::nonNull)
                        .forEach(contenders::add);
                continue;
            }
            AttentionSpec spec = AttentionSpec.of(YamlFile.value(item));
            Contender contender = of(spec, asked);
            if (contender == null) {
                Mechanisms.check(spec, asked.get(0)); // says why not
            }
            contenders.add(contender);
        }
        List<Contender> distinct = contenders.stream().distinct().toList();
        Require.that(!distinct.isEmpty(), "--mechanisms names no mechanism to compare");
        distinct.forEach(each -> each.slots().forEach(at -> Mechanisms.check(each.spec(), at)));
        return distinct;
    }

    /** The mechanism in those of the slots where it fits; null if there is none. */
    private static Contender of(AttentionSpec spec, List<AttentionSlot> asked) {
        MechanismInfo info = Mechanisms.named(spec.mechanism()).info();
        List<AttentionSlot> fitting = asked.stream().filter(info.slots()::contains).toList();
        return fitting.isEmpty() ? null : new Contender(spec, fitting);
    }

    /** Splits at the commas that no brackets enclose. */
    private static List<String> items(String text) {
        List<String> items = new ArrayList<>();
        int depth = 0;
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (c == ',' && (depth == 0 || i == text.length())) {
                String item = text.substring(begin, i).strip();
                if (!item.isEmpty()) {
                    items.add(item);
                }
                begin = i + 1;
            }
        }
        return items;
    }
}
