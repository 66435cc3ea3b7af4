/** The bundler of Airtable's CLI puts an imported style sheet into the page. */
declare module '*.css';
