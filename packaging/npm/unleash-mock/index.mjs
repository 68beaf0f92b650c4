import helper from "./index.cjs";

export const { startMock } = helper;
