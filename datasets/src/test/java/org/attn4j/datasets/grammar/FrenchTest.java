package org.attn4j.datasets.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against the rules of French spelling and conjugation. */
class FrenchTest {

    private static String text(String words) {
        return French.write(List.of(words.split(" "))).text();
    }

    @Test
    void elides() {
        assertEquals("l'arbre", text("le arbre"));
        assertEquals("l'école", text("la école"));
        assertEquals("l'homme", text("le homme"));
        assertEquals("l'œuf", text("le œuf"));
        assertEquals("l'île", text("la île"));
        assertEquals("le hibou", text("le hibou"));
        assertEquals("l'hibernation", text("la hibernation"));
        assertEquals("j'ai", text("je ai"));
        assertEquals("il n'y a pas d'eau", text("il ne y a pas de eau"));
        assertEquals("parce qu'Antoine m'aime", text("parce que Antoine me aime"));
        assertEquals("elle te l'a dit", text("elle te la a dit"));
        assertEquals("est-ce que huit chats", text("est-ce que huit chats"));
        assertEquals("ce hibou", text("ce hibou"));
    }

    @Test
    void contracts() {
        assertEquals("au marché", text("à le marché"));
        assertEquals("aux hôpitaux", text("à les hôpitaux"));
        assertEquals("à l'hôpital", text("à le hôpital"));
        assertEquals("à la gare", text("à la gare"));
        assertEquals("du roi", text("de le roi"));
        assertEquals("des rois", text("de les rois"));
        assertEquals("de l'ami", text("de le ami"));
        assertEquals("du hibou", text("de le hibou"));
        assertEquals("d'Alice", text("de Alice"));
        assertEquals("hier, il", text("hier , il"));
    }

    @Test
    void formsPlurals() {
        assertEquals("beaux", French.plural("beau"));
        assertEquals("petits", French.plural("petit"));
        assertEquals("vieux", French.plural("vieux"));
        assertEquals("gris", French.plural("gris"));
    }

    @Test
    void conjugatesTheFirstConjugation() {
        FrenchVerb manger = FrenchVerb.regular("manger", false);
        assertEquals(List.of("mange", "manges", "mange", "mangeons", "mangent"), manger.present());
        assertEquals("mangerai", manger.future(0));
        assertEquals("mangeront", manger.future(4));
        assertEquals("mangées", manger.participle(Gender.FEMININE, true));
        assertEquals("mange", manger.imperative());
        FrenchVerb oublier = FrenchVerb.regular("oublier", false);
        assertEquals(
                List.of("oublie", "oublies", "oublie", "oublions", "oublient"), oublier.present());
    }

    @Test
    void conjugatesTheImparfait() {
        assertEquals("étais", FrenchVerb.ETRE.imparfait(0));
        assertEquals("étaient", FrenchVerb.ETRE.imparfait(4));
        assertEquals("avions", FrenchVerb.AVOIR.imparfait(3));
        FrenchVerb connaitre = verb("connaître");
        assertEquals("connaissait", connaitre.imparfait(2));
    }

    @Test
    void participlesOfTheLexiconAgree() {
        assertEquals("prises", verb("prendre").participle(Gender.FEMININE, true));
        assertEquals("pris", verb("prendre").participle(Gender.MASCULINE, true));
        assertEquals("ouverte", verb("ouvrir").participle(Gender.FEMININE, false));
        assertEquals("venus", verb("venir").participle(Gender.MASCULINE, true));
    }

    @Test
    void imperativesToTu() {
        assertEquals("ouvre", verb("ouvrir").imperative());
        assertEquals("prends", verb("prendre").imperative());
        assertEquals("choisis", verb("choisir").imperative());
    }

    private static FrenchVerb verb(String infinitive) {
        return new Lexicon()
                .verbs(Verb.Construction.values()).stream()
                        .map(Verb::french)
                        .filter(verb -> verb.infinitive().equals(infinitive))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void adjectivesAgree() {
        Adjective old =
                new Adjective("old", List.of(), "vieux", "vieil", "vieille", true, Set.of());
        assertEquals("vieil", old.french(Gender.MASCULINE, false, "hôtel"));
        assertEquals("vieux", old.french(Gender.MASCULINE, false, "hibou"));
        assertEquals("vieux", old.french(Gender.MASCULINE, true, "hôtels"));
        assertEquals("vieille", old.french(Gender.FEMININE, false, "école"));
        assertEquals("vieilles", old.french(Gender.FEMININE, true, "écoles"));
    }
}
