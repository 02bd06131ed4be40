package io.kookoo.client;

/** x */
public final class ClientMain {
    private ClientMain() {}

    public static void main(String[] a) {
        System.out.println("hi");
    }
}
