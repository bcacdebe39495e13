package org.attn4j.cli.maven;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.attn4j.common.EnvironmentPaths;
import org.attn4j.common.Require;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * Where Maven artifacts come from: the repository that {@code ATTN4J_MAVEN_REPOSITORY} names, else
 * the mirror of Maven Central in Maven's {@code ~/.m2/settings.xml}, else Maven Central.
 *
 * @param address the repository's
 * @param local Maven's own folder of artifacts, which is looked into first
 */
record MavenRepository(URI address, Path local) {

    static final String VARIABLE = "ATTN4J_MAVEN_REPOSITORY";

    private static final String CENTRAL = "https://repo.maven.apache.org/maven2";
    private static final long MOST_SETTINGS_BYTES = 1 << 20;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");

    MavenRepository {
        boolean web =
                address.getHost() != null
                        && String.valueOf(address.getScheme()).matches("https?")
                        && address.getUserInfo() == null;
        Require.that(
                web,
                "a Maven repository's address must be https:// or http://, a host and a path,"
                        + " without a user or a password: mend %s or settings.xml",
                VARIABLE);
    }

    static MavenRepository of(Map<String, String> environment, Path home) throws IOException {
        Path maven = new EnvironmentPaths(environment, home).home().resolve(".m2");
        Path file = maven.resolve("settings.xml");
        Element settings = Files.isRegularFile(file) ? settings(file) : null;
        String own = environment.getOrDefault(VARIABLE, "").strip();
        String address = own;
        Path local = maven.resolve("repository");
        if (settings != null) {
            address = own.isEmpty() ? mirror(settings, environment, home) : own;
            String folder = text(settings, "localRepository", environment, home);
            local = folder.isEmpty() ? local : Path.of(folder);
        }
        try {
            return new MavenRepository(URI.create(address.isEmpty() ? CENTRAL : address), local);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    own.isEmpty() ? file + ": " + e.getMessage() : e.getMessage(), e);
        }
    }

    private static Element settings(Path file) throws IOException {
        if (Files.size(file) > MOST_SETTINGS_BYTES) {
            throw new IOException(file + " is larger than a file of settings can be");
        }
        try (InputStream in = Files.newInputStream(file)) {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setXIncludeAware(false);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null); // it prints
            Document document = builder.parse(in);
            return document.getDocumentElement();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(
                    "%s cannot be read (%s): mend it, or name a repository in %s"
                            .formatted(file, e.getMessage(), VARIABLE),
                    e);
        }
    }

    /** As in Maven, a mirror of Central by name goes before one by a pattern; then the first. */
    private static String mirror(Element settings, Map<String, String> environment, Path home) {
        List<Element> all = new ArrayList<>();
        children(settings, "mirrors").forEach(each -> all.addAll(children(each, "mirror")));
        String byPattern = "";
        for (Element mirror : all) {
            String of = text(mirror, "mirrorOf", environment, home);
            String url = text(mirror, "url", environment, home);
            if (of.equals("central")) {
                return url;
            }
            if (byPattern.isEmpty() && isOfCentral(of)) {
                byPattern = url;
            }
        }
        return byPattern;
    }

    private static boolean isOfCentral(String patterns) {
        boolean included = false;
        for (String pattern : patterns.split(",")) {
            String stripped = pattern.strip();
            if (stripped.equals("!central")) {
                return false;
            }
            included |= List.of("*", "central", "external:*").contains(stripped);
        }
        return included;
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> children = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }

    private static String text(
            Element parent, String name, Map<String, String> environment, Path home) {
        List<Element> found = children(parent, name);
        String text = found.isEmpty() ? "" : found.get(0).getTextContent().strip();
        return REFERENCE.matcher(text).replaceAll(it -> value(it, environment, home));
    }

    private static String value(MatchResult found, Map<String, String> environment, Path home) {
        String name = found.group(1);
        String value = found.group();
        if (name.startsWith("env.")) {
            value = environment.getOrDefault(name.substring("env.".length()), value);
        } else if (name.equals("user.home")) {
            value = home.toString();
        }
        return Matcher.quoteReplacement(value);
    }

    /** The address of a file. */
    URI address(String path) {
        return URI.create(address.toString().replaceAll("/+$", "") + "/" + path);
    }
}
