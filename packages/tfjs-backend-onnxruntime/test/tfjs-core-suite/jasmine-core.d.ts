/** The little of Jasmine that runner.ts needs; its own package comes without types. */
declare module 'jasmine-core' {
  const jasmineCore: { boot(): unknown };
  export default jasmineCore;
}
