package org.attn4j.attention.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.attn4j.attention.Attention;

/**
 * All mechanisms that can be built by name: those of this module and those that {@link
 * AttentionProvider}s on the class path add.
 */
public final class Mechanisms {

    private Mechanisms() {}

    /**
     * Returns all mechanisms.
     *
     * @return their providers: the built-in ones, then the others by name
     * @throws IllegalStateException if an added provider cannot be loaded, or two have one name
     */
    public static List<AttentionProvider> all() {
        return List.copyOf(byName().values());
    }

    /**
     * Finds a mechanism.
     *
     * @param name its name
     * @return its provider
     * @throws IllegalArgumentException if there is none of that name
     */
    public static AttentionProvider named(String name) {
        Map<String, AttentionProvider> known = byName();
        AttentionProvider provider = known.get(name);
        if (provider == null) {
            String hint =
                    known.values().stream()
                            .map(AttentionProvider::info)
                            .filter(i -> i.aliases().stream().anyMatch(name::equalsIgnoreCase))
                            .map(i -> ", did you mean '" + i.name() + "'?")
                            .findFirst()
                            .orElseGet(() -> Nearest.hint(name, known.keySet()));
            throw new IllegalArgumentException(
                    "no attention mechanism is called '%s'%s".formatted(name, hint));
        }
        return provider;
    }

    /**
     * Returns the mechanisms that may stand in a slot.
     *
     * @param slot an attention of an encoder-decoder model
     * @return their providers, in the order of {@link #all}
     */
    public static List<AttentionProvider> fitting(AttentionSlot slot) {
        return all().stream().filter(p -> p.info().slots().contains(slot)).toList();
    }

    /**
     * Checks a specification for a slot without building anything.
     *
     * @param spec the mechanism and its options
     * @param slot where it would stand
     * @return the specification with the defaults of the options that it leaves out
     * @throws IllegalArgumentException if there is no such mechanism or option, if a value has the
     *     wrong type, or if the mechanism cannot stand there: then with the reason and the slots
     *     where it fits
     */
    public static AttentionSpec check(AttentionSpec spec, AttentionSlot slot) {
        MechanismInfo info = named(spec.mechanism()).info();
        if (!info.slots().contains(slot)) {
            throw new IllegalArgumentException(refusal(info, slot));
        }
        return withDefaults(spec, info);
    }

    /**
     * Builds a mechanism.
     *
     * @param spec the mechanism and its options
     * @param site where it will stand
     * @return a block from (B, T, D) to (B, T, D), not initialised
     * @throws IllegalArgumentException as {@link #check} does, or if an option has a value that the
     *     mechanism cannot have
     */
    public static Attention create(AttentionSpec spec, AttentionSite site) {
        AttentionSpec complete = check(spec, site.slot());
        AttentionProvider provider = named(spec.mechanism());
        if (!provider.info().rotary()) {
            site.requireNoRotary(spec.mechanism());
        }
        Attention made = provider.create(complete, site);
        site.requirePruned(made, spec.mechanism());
        return made;
    }

    private static String refusal(MechanismInfo info, AttentionSlot slot) {
        String fits =
                info.slots().stream().map(AttentionSlot::label).collect(Collectors.joining(", "));
        return "%s cannot stand in %s: %s%s"
                .formatted(
                        info.name(),
                        slot.label(),
                        info.elsewhere(),
                        fits.isEmpty() ? "" : "; it fits " + fits);
    }

    private static AttentionSpec withDefaults(AttentionSpec spec, MechanismInfo info) {
        Map<String, MechanismOption> known = new LinkedHashMap<>();
        info.options().forEach(option -> known.put(option.name(), option));
        for (String given : spec.options().keySet()) {
            if (!known.containsKey(given)) {
                throw new IllegalArgumentException(unknownOption(given, info, known));
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        known.forEach(
                (name, option) -> {
                    Object given = spec.options().get(name);
                    Object value =
                            given == null
                                    ? option.defaultValue()
                                    : AttentionSpec.converted(option, info.name(), given);
                    if (value != null) {
                        values.put(name, value);
                    }
                });
        return new AttentionSpec(info.name(), values);
    }

    private static String unknownOption(
            String given, MechanismInfo info, Map<String, MechanismOption> known) {
        return "%s has no option '%s'%s"
                .formatted(
                        info.name(),
                        given,
                        known.isEmpty() ? ": it has none" : Nearest.hint(given, known.keySet()));
    }

    private static Map<String, AttentionProvider> byName() {
        Map<String, AttentionProvider> all = new LinkedHashMap<>();
        BuiltInMechanisms.all().forEach(provider -> put(all, provider));
        new TreeMap<>(added()).values().forEach(provider -> put(all, provider));
        return all;
    }

    private static Map<String, AttentionProvider> added() {
        Map<String, AttentionProvider> added = new LinkedHashMap<>();
        try {
            List<AttentionProvider> found = new ArrayList<>();
            ServiceLoader.load(AttentionProvider.class).forEach(found::add);
            found.forEach(provider -> put(added, provider));
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException(
                    "an attention mechanism on the class path cannot be loaded: " + e.getMessage(),
                    e);
        }
        return added;
    }

    private static void put(Map<String, AttentionProvider> all, AttentionProvider provider) {
        String name = provider.info().name();
        AttentionProvider other = all.putIfAbsent(name, provider);
        if (other != null) {
            throw new IllegalStateException(
                    "two attention mechanisms are called %s: %s and %s"
                            .formatted(
                                    name,
                                    other.getClass().getName(),
                                    provider.getClass().getName()));
        }
    }
}
