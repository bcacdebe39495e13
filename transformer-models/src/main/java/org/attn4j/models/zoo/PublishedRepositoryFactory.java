package org.attn4j.models.zoo;

import ai.djl.repository.Repository;
import ai.djl.repository.RepositoryFactory;
import java.net.URI;
import java.util.Set;

/**
 * Lets DJL load published models by URLs: {@code attn4j://org/name} and {@code
 * attn4j://org/name@revision} of the Hugging Face Hub, and {@code attn4j:///path/of/a/folder}.
 * Nothing is fetched before the model is loaded.
 */
public final class PublishedRepositoryFactory implements RepositoryFactory {

    /** The scheme of the URLs. */
    public static final String SCHEME = "attn4j";

    /** Creates a factory; called by Java's service loader. */
    public PublishedRepositoryFactory() {}

    @Override
    public Repository newInstance(String name, URI uri) {
        return new PublishedRepository(name, uri);
    }

    @Override
    public Set<String> getSupportedScheme() {
        return Set.of(SCHEME);
    }
}
